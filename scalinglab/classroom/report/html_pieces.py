"""The small pieces that the instructor's page is made of; whatever text comes in, HTML of ours comes out."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from scalinglab.classroom.report.names_and_points import clean
from scalinglab.exercises.wording import amount, to_html

#: Stands where there is no number.
NOTHING = "&ndash;"
#: How many names a sentence lists; more are folded.
_NAMES = 6


def plain(text: str) -> str:
    """Text as HTML, all of it escaped."""
    return html.escape(clean(text))


def marked(text: str) -> str:
    """A sentence of ours as HTML: its `` `code` `` and ``**bold**`` shown, all else escaped."""
    return to_html(clean(text))


def person(names: Mapping[str, str], student: str) -> str:
    """A name, which runs in its own direction and leaves what stands around it alone."""
    return f"<bdi>{plain(names.get(student, student))}</bdi>"


def people(names: Mapping[str, str], students: Sequence[str], why: str = "") -> str:
    """Names, and then why they stand here; many names are folded behind their number and come last."""
    listed = ", ".join(person(names, student) for student in students)
    if len(students) <= _NAMES:
        return f"{listed}. {why}".rstrip()
    return f"{why} <details><summary>{len(students)} students</summary> {listed}.</details>".lstrip()


def quantity(value: float, unit: str = "") -> str:
    """A number with its unit, which stay on one line."""
    return plain(amount(value, unit)).replace(" ", "&nbsp;")


def share(count: int, whole: int) -> str:
    """``12 of 30 (40 %)``."""
    return f"{count:,} of {whole:,} ({100 * count / whole:.0f}&nbsp;%)" if whole else "0 of 0"


def bar(*parts: tuple[str, float]) -> str:
    """A bar of pieces, ``(class, share of the whole)``. It repeats what stands beside it in words."""
    pieces = (f'<i class="{kind}" style="width:{100 * part:.4g}%"></i>' for kind, part in parts if part > 0)
    return f'<span class="bar" aria-hidden="true">{"".join(pieces)}</span>'


def table(columns: Sequence[str], rows: str, *, caption: str, label: str, kind: str = "", foot: str = "") -> str:
    """A table in a region of its own, which scrolls by itself and is reached by keyboard.

    Parameters
    ----------
    columns
        The heads, as HTML.
    rows, foot
        Rows, and what stands below them, as HTML.
    caption
        What the table shows, as HTML.
    label
        The name of the region.
    kind
        What the style sheet calls it.
    """
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>{foot}"
    region = f'<div class="scroll {kind}" tabindex="0" role="region" aria-label="{plain(label)}">'
    return f"{region}<table>{body}</table></div>"
