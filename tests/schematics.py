"""One look for the schematics of the chapters: ``python -m tests.schematics`` writes it into each picture.

A schematic is a vector picture by hand, ``course/figures/NN_name.svg``. It has a page of its own, as it cannot learn
the theme of JupyterLab, and is drawn in the colours of the charts, in others where the system's theme is dark. A
picture that stands in a notebook loads no file, so each holds the whole style; this module has its only original.
"""

from __future__ import annotations

import re
from pathlib import Path

from scalinglab.live.theme import DARK, PALETTE
from tests.course.notebooks import COURSE

FIGURES = COURSE / "figures"
#: Series of a schematic, in the order of the charts' palette.
SERIES = {f"s{number}": colour for number, colour in enumerate(PALETTE[:5], start=1)}
#: Where the style stands in a picture.
PLACE = re.compile(r"(?<=<style>).*?(?=</style>)", re.DOTALL)


def style() -> str:
    """The style of all schematics: classes for the page, words, lines and five series, light and dark."""
    light, dark = (
        f".page {{fill: {page}}} text, .tip {{fill: {ink}}} .soft {{fill: {soft}}} .axis, .arrow {{stroke: {ink}}}\n"
        f".faint {{stroke: {faint}}} .box {{fill: {box}; stroke: {faint}}}\n"
        + "".join(f".{name} {{stroke: {colour}}} .{name}f {{fill: {colour}}}\n" for name, colour in series.items())
        for page, ink, soft, faint, box, series in (
            ("#FFFFFF", "#1A1A1A", "#5A5A5A", "#B0B0B0", "#F4F4F4", SERIES),
            ("#1B1B1B", "#ECECEC", "#B4B4B4", "#6A6A6A", "#2A2A2A", {name: DARK[one] for name, one in SERIES.items()}),
        )
    )
    shared = (
        "text {font: 16px system-ui, sans-serif} .head {font-weight: 600} .small {font-size: 14px}\n"
        ".middle {text-anchor: middle} .end {text-anchor: end}\n"
        ".math {font-family: Georgia, serif; font-style: italic}\n"
        ".line, .axis, .arrow, .faint {fill: none; stroke-width: 2} .line {stroke-width: 3}\n"
        ".dash {stroke-dasharray: 7 5}\n"
    )
    return f"\n{shared}{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def schematics() -> list[Path]:
    """All pictures, in the order of their chapters."""
    return sorted(FIGURES.glob("*.svg"))


def styled(picture: str) -> str:
    """The text of a picture with the style that all have."""
    return PLACE.sub(lambda _: style(), picture, count=1)


if __name__ == "__main__":
    for path in schematics():
        path.write_text(styled(path.read_text(encoding="utf-8")), encoding="utf-8")
