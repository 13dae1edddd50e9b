"""Every schematic has the look of all, says what it shows in words, and needs no other file."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.course.notebooks import CHAPTERS, load, source
from tests.schematics import FIGURES, schematics, styled

SVG = "{http://www.w3.org/2000/svg}"
#: How a chapter shows one: its description, which screen readers say, and its file.
SHOWN = re.compile(r"^!\[([^\]]+)\]\(figures/([^)]+\.svg)\)$", re.MULTILINE)
#: Attributes that would draw in a colour, or a type, that the style does not know.
LOOKS = {"fill", "stroke", "style", "color", "font-size", "font-family"}

#: The one picture of the whole course, in chapter 00: an arrow to each chapter from what it needs first.
MAP = "map_chapters"
NEEDS = re.compile(r"^\*Needs: chapters? ([\d and]+)", re.MULTILINE)

each_picture = pytest.mark.parametrize("picture", schematics(), ids=lambda path: path.stem)


def shown_in(chapter: Path) -> list[tuple[str, str]]:
    return [pair for cell in load(chapter)["cells"][:4] for pair in SHOWN.findall(source(cell))]


@each_picture
def test_it_has_the_look_of_all(picture: Path):
    """``python -m tests.schematics`` writes the style."""
    text = picture.read_text(encoding="utf-8")
    assert text == styled(text)
    for element in ElementTree.fromstring(text).iter():
        if element.tag.rpartition("}")[2] != "marker":
            assert LOOKS & set(element.attrib) <= ({"fill"} if element.get("fill") == "none" else set()), element.attrib


@each_picture
def test_it_stands_at_the_top_of_its_chapter_and_is_described(picture: Path):
    of = "00" if picture.stem == MAP else picture.stem[:2]
    (chapter,) = [chapter for chapter in CHAPTERS if chapter.stem[:2] == of]
    ((description, name), *others) = [
        pair for pair in shown_in(chapter) if (pair[1] == f"{MAP}.svg") == (picture.stem == MAP)
    ]
    assert (name, others) == (picture.name, [])
    assert 12 <= len(description.split()) <= 60


def test_the_map_leads_to_each_chapter_from_all_that_it_needs():
    tree = ElementTree.fromstring((FIGURES / f"{MAP}.svg").read_text(encoding="utf-8"))
    edges = [
        tuple(arrow.attrib["data-edge"].split()) for arrow in tree.iter(f"{SVG}path") if "data-edge" in arrow.attrib
    ]
    before: dict[str, set[str]] = {chapter.stem[:2]: set() for chapter in CHAPTERS}
    for chapter in CHAPTERS:  # chapters stand in an order in which they can be read
        number = chapter.stem[:2]
        direct = {first for first, then in edges if then == number}
        needed = {one for text in NEEDS.findall(source(load(chapter)["cells"][0])) for one in re.findall(r"\d\d", text)}
        before[number] = direct.union(*(before[first] for first in direct))
        assert direct <= needed <= before[number], number


@each_picture
def test_it_is_small_and_loads_nothing(picture: Path):
    root = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    width, height = (float(side) for side in root.attrib["viewBox"].split()[2:])
    assert (width, height <= 340) == (720, True)
    assert root.get("width") == "720"  # or JupyterLab stretches it over the page
    assert root.find(f"{SVG}rect").attrib["class"] == "page"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "image", "foreignObject"}
        assert not any("href" in name and not value.startswith("#") for name, value in element.attrib.items())
    assert picture.stat().st_size < 12_000
