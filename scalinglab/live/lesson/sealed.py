"""What a cell shows only after a prediction: a table or a text, with a curtain in front of it until then."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from scalinglab import _checks as checks
from scalinglab._errors import sentence
from scalinglab._gates import Gate

_STATIC = Path(__file__).parents[1] / "static"
#: The markup that is understood, and the HTML it becomes.
_MARKUP = ((r"\*\*([^*\n]+)\*\*", "strong"), (r"\*([^*\n]+)\*", "em"))
#: Code, and formulas, which the page typesets: nothing within them is markup.
_VERBATIM = re.compile(r"`([^`\n]+)`|\$\$[^$]+\$\$|\$[^$\n]+\$")


class Curtain(anywidget.AnyWidget):
    """Stands in the place of something closed, and becomes it when it opens.

    Parameters
    ----------
    what : str
        The word for what is behind it: "table", "text".
    gate : Gate
        What it waits for.
    content : callable
        Called as ``content()`` when the curtain opens: the HTML that was behind it. Nothing of it is sent before.
    """

    _esm = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in ("format.js", "sealed.js", "curtain.js"))
    _css = (_STATIC / "sealed.css").read_text(encoding="utf-8")
    closed = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)

    def __init__(self, what: str, gate: Gate, content: Callable[[], str]) -> None:
        super().__init__(closed=gate.sentence(what))
        self._gate, self._content = gate, content
        self.on_msg(lambda _widget, _content, _buffers: self._ask())

    def lift(self) -> None:
        """Show what is behind."""
        self.html, self.closed = self._content(), ""

    def _ask(self) -> None:
        """The learner wants to see it without a prediction."""
        try:
            self._gate.show()
        except ValueError as error:
            self.trouble = sentence(error)


class Sealed:
    """HTML that is closed until predictions are sealed: what ``Table`` and ``Prose`` have in common.

    Parameters
    ----------
    what : str
        The word for it.
    after : str or sequence of str
        Keys of predictions; without any it is open from the start, and no widget is made.
    """

    def __init__(self, what: str, after: str | Sequence[str]) -> None:
        self._gate = Gate(after, self._opened)
        self._curtain = None if self._gate.open else Curtain(what, self._gate, self._html)

    @property
    def closed(self) -> bool:
        """Whether it waits for a prediction to be sealed."""
        return not self._gate.open

    @property
    def after(self) -> tuple[str, ...]:
        """The keys of the predictions that it waits or has waited for."""
        return self._gate.keys

    def show(self) -> None:
        """Open it without the prediction; the learner's file records that. Raises ``ValueError`` if not."""
        self._gate.show()

    def behind(self) -> str:
        """The content as HTML, open or closed, for a page that opens it by itself."""
        return self._html()

    def _opened(self) -> None:
        if self._curtain:
            self._curtain.lift()

    def _html(self) -> str:
        """The content as HTML."""
        raise NotImplementedError

    def _text(self) -> str:
        """The content as plain text."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self._curtain.closed)}</p>" if self.closed and self._curtain else self._html()

    def __repr__(self) -> str:
        return self._curtain.closed if self.closed and self._curtain else self._text()

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """The curtain, while there is one; else only what every table has."""
        if self._curtain is None:
            return {}
        data, metadata = self._curtain._repr_mimebundle_() or ({}, {})
        return data | {"text/plain": repr(self), "text/html": self._repr_html_()}, metadata


class Prose(Sealed):
    """A few paragraphs, closed until predictions are sealed.

    Parameters
    ----------
    text : str
        Paragraphs with an empty line between them. Those that begin with ``- `` or ``1. `` are points of a list, each
        on a line of its own. `` `code` ``, ``**bold**``, ``*italic*`` and formulas, ``$N^b$`` or ``$$N^b$$``, are
        understood, and nothing else: no links. Where formulas have backslashes, ``text`` is a raw string.
    after : str or sequence of str
        Keys of the predictions that it answers.
    fold : str, optional
        The line that it stays folded under once it is open, such as "What you should have seen".

    Raises
    ------
    ValueError
        If there is no text.
    """

    def __init__(self, text: str, *, after: str | Sequence[str], fold: str = "") -> None:
        if not isinstance(text, str) or not text.strip():
            checks.fail("text", "be a few sentences", text)
        self._paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n|\n(?=\s*(?:-|\d\.) )", text.strip())]
        self._fold = checks.text("fold", fold)
        super().__init__("text", after)

    def _html(self) -> str:
        made = "".join(_block(tag, list(parts)) for tag, parts in itertools.groupby(self._paragraphs, _tag))
        return f"<details><summary>{_marked(self._fold)}</summary>{made}</details>" if self._fold else made

    def _text(self) -> str:
        return "\n\n".join(_outside(each, lambda words: words.replace("*", ""), r"\1") for each in self._paragraphs)


def _tag(paragraph: str) -> str:
    """What a paragraph is part of: a list of points or of numbered ones, or nothing."""
    return "ul" if paragraph.startswith("- ") else "ol" if re.match(r"\d+\. ", paragraph) else "p"


def _block(tag: str, paragraphs: list[str]) -> str:
    if tag == "p":
        return "".join(f"<p>{_marked(each)}</p>" for each in paragraphs)
    points = (_marked(each.split(" ", 1)[1]) for each in paragraphs)
    return f"<{tag}>{''.join(f'<li>{point}</li>' for point in points)}</{tag}>"


def _marked(text: str) -> str:
    """A paragraph as HTML. Formulas stay between their dollars, where JupyterLab and exported pages typeset them."""

    def change(words: str) -> str:
        for pattern, tag in _MARKUP:
            words = re.sub(pattern, rf"<{tag}>\1</{tag}>", words)
        return words

    return _outside(html.escape(text, quote=False), change, r"<code>\1</code>")


def _outside(text: str, change: Callable[[str], str], code: str) -> str:
    """Change a text, but for its formulas and its code; of code, what is left is ``code``."""
    kept = [match.expand(code) if match[1] else match[0] for match in _VERBATIM.finditer(text)]
    places = itertools.count()
    changed = change(_VERBATIM.sub(lambda _: f"\0{next(places)}\0", text))
    return re.sub("\0(\\d+)\0", lambda place: kept[int(place[1])], changed)
