"""The prose of a notebook as HTML: formulas typeset, links led to the pages of the site, headings with anchors."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import mistune

from scalinglab.site.formulas import mathml

#: Code, in which a dollar is a dollar, or a formula: one of its own line, or one in a line.
_DOLLARS = r"|(?<!\\)\$\$(?P<block>.+?)(?<!\\)\$\$|(?<![\\$])\$(?!\$)(?P<inline>[^$]+?)(?<!\\)\$(?!\d)"
_MATH = re.compile(
    r"(?P<code>^```.*?^```[ \t]*$|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))" + _DOLLARS, re.DOTALL | re.MULTILINE
)
_MATH_IN_HTML = re.compile(
    r"(?P<code><(?P<tag>code|pre|script|style|svg)\b.*?</(?P=tag)>|<[^>]+>)" + _DOLLARS, re.DOTALL
)
#: What stands for a formula until the prose around it is HTML: characters of nobody, which Markdown leaves alone.
_PLACE = re.compile("\ue010([0-9]+)\ue011")
#: Lines that lead from chapter to chapter; the page has its own.
_NAVIGATION = re.compile(r"^(?:Previous: |This is the first chapter).* \| .*$", re.MULTILINE)

#: What a reader is told who has a kernel; a page has run already.
_RUN_ALL = re.compile(r" ?Run everything with \*\*Run → Run All Cells\*\*[^.*]*\.")


class Prose:
    """Turns the Markdown cells of one page into HTML; no two of its headings have one anchor.

    Parameters
    ----------
    link : callable
        ``link(address) -> str or None``: where a link leads on the site; None if that is not there.
    """

    def __init__(self, link: Callable[[str], str | None]) -> None:
        self._link = link
        self._anchors: set[str] = set()
        #: Level, anchor and HTML of each heading so far.
        self.headings: list[tuple[int, str, str]] = []
        self._markdown = mistune.create_markdown(renderer=_Renderer(self), plugins=["table", "strikethrough", "url"])

    def html(self, source: str) -> str:
        """The HTML of one cell.

        Raises
        ------
        ValueError
            If a formula cannot be typeset.
        """
        formulas: list[str] = []

        def keep(found: re.Match[str]) -> str:
            if found["code"] is not None:
                return found["code"]
            block = found["block"] is not None
            formulas.append(_shown(found["block"] if block else found["inline"], block))
            return f"\ue010{len(formulas) - 1}\ue011"

        made = self._markdown(_MATH.sub(keep, _RUN_ALL.sub("", _NAVIGATION.sub("", source))))
        assert isinstance(made, str)
        return _PLACE.sub(lambda found: formulas[int(found[1])], made)

    def anchor(self, text: str) -> str:
        """The anchor of a heading, as JupyterLab makes it: its words with hyphens."""
        plain = html.unescape(re.sub(r"<[^>]+>", "", _PLACE.sub("", text))).strip()
        stem = wanted = re.sub(r"\s+", "-", plain)
        count = 1
        while wanted in self._anchors:
            count += 1
            wanted = f"{stem}-{count}"
        self._anchors.add(wanted)
        return wanted

    def led(self, address: str) -> str | None:
        """Where a link leads."""
        return self._link(address)


class _Renderer(mistune.HTMLRenderer):
    """What of Markdown's HTML is the site's own."""

    def __init__(self, prose: Prose) -> None:
        super().__init__(escape=False)
        self._prose = prose

    def heading(self, text: str, level: int, **_: Any) -> str:
        anchor = html.escape(self._prose.anchor(text))
        self._prose.headings.append((level, anchor, text))
        if level == 1:
            text = re.sub(r"^(\d\d) ", r'<span class="sl-number">\1</span> ', text)
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        led = self._prose.led(url)
        if led is None:
            return f'<span class="sl-elsewhere" title="This chapter is not on this site.">{text}</span>'
        return super().link(text, led, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        made = super().image(text, url, title).replace("<img ", '<img loading="lazy" ', 1)
        return f'<span class="sl-picture">{made}</span>'

    def table(self, text: str) -> str:
        return f'<div class="sl-wide"><table>{text}</table></div>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        return (
            highlighted(code) if not info or info.startswith("py") else f"<pre><code>{html.escape(code)}</code></pre>\n"
        )


def typeset(made: str) -> str:
    """HTML with the formulas in it, which stand between dollars, typeset; code is left alone."""

    def set_one(found: re.Match[str]) -> str:
        if found["code"] is not None:
            return found["code"]
        block = found["block"] is not None
        return _shown(html.unescape(found["block"] if block else found["inline"]), block)

    return _MATH_IN_HTML.sub(set_one, made)


def _shown(tex: str, block: bool) -> str:
    made = mathml(tex, block=block)
    return f'<span class="sl-formula">{made}</span>' if block else made


def highlighted(code: str) -> str:
    """Python code as HTML, its words marked by what they are."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(code, PythonLexer(), HtmlFormatter(cssclass="sl-source"))


def plain(made: str) -> str:
    """HTML as text in one line, formulas letter by letter: what a search looks through."""
    text = re.sub(r"<(script|style|svg|pre)\b.*?</\1>", " ", made, flags=re.DOTALL)
    text = re.sub(r"<math\b.*?</math>", lambda found: re.sub(r"<[^>]+>", "", found[0]), text, flags=re.DOTALL)
    text = re.sub(r"</?(?:a|b|code|del|em|i|small|span|strong|sub|sup)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
