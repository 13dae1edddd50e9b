"""The templates of what an instructor sees: whatever text comes in, it is cleaned and escaped where it is shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scalinglab.classroom.report.names_and_points import clean, in_points
from scalinglab.exercises.wording import amount, to_html

_FOLDER = Path(__file__).parent / "templates"
_STATIC = Path(__file__).parent / "static"


def rendered(template: str, **values: object) -> Markup:
    """A file of the folder ``templates``, filled in; a value that it asks for and does not get is an error."""
    return Markup(_environment().get_template(template).render(values))


def script() -> Markup:
    """The script of both pages, which are complete without it."""
    return Markup((_STATIC / "report.js").read_text(encoding="utf-8").strip())


def style() -> Markup:
    """The style of both pages."""
    return Markup((_STATIC / "report.css").read_text(encoding="utf-8").strip())


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=_cleaned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"amount": amount, "cleaned": clean, "marked": _marked, "points": _points, "quoted": _quoted}
    made.globals |= {"quantity": _quantity, "share": _share}
    return made


def _cleaned(value: object) -> object:
    """What an expression gives, before it is escaped; HTML of ours is clean already."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _marked(text: str) -> Markup:
    """A sentence of ours as HTML: its `` `code` `` and ``**bold**`` shown, all else escaped."""
    return Markup(to_html(clean(text)))


def _points(points: float | None) -> str:
    """Points, or a dash where there are none."""
    return "\u2013" if points is None else in_points(points)


def _quoted(part: str) -> str:
    """A part of an address."""
    return quote(part, safe="", errors="surrogatepass")


def _quantity(value: float, unit: str) -> Markup:
    """A number with its unit, which stay on one line."""
    return escape(clean(amount(value, unit))).replace(" ", Markup("&nbsp;"))


def _share(count: int, whole: int) -> Markup:
    """``12 of 30 (40 %)``."""
    return Markup(f"{count:,} of {whole:,} ({100 * count / whole:.0f}&nbsp;%)" if whole else "0 of 0")
