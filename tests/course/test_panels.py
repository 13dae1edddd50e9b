"""Every panel of every chapter, at both ends and at an odd value of every control, and with each preset."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
import vl_convert

from scalinglab.live import Panel, open_panels
from tests.course.notebooks import CHAPTERS, code_cells


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem, scope="module")
def panels(request) -> list[Panel]:
    """The panels that a chapter makes when its cells run in this process."""
    before = set(open_panels())
    names = {"__name__": "chapter"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in code_cells(Path(request.param)):
            exec(compile(cell, str(request.param), "exec"), names)
    return [panel for panel in open_panels() if panel not in before]


def test_a_chapter_has_panels(panels):
    assert panels


def test_every_control_works_from_end_to_end(panels):
    for panel in panels:
        for values in panel.probes():
            found = panel.evaluate(snapshots=2, **values)
            assert all(len(column) for columns in found.values() for column in columns.values())


def test_every_panel_has_a_picture_without_a_browser(panels):
    for panel in panels:
        picture = panel.svg()
        assert "mark container" in picture
        assert vl_convert.svg_to_png(picture).startswith(b"\x89PNG")


def test_every_state_can_be_copied_and_pasted(panels):
    for panel in panels:
        text = panel.state
        panel.restore(text)
        panel.wait(120)
        assert panel.state == text
