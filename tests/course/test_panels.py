"""Every panel of every chapter, at both ends and at an odd value of every control, and every prediction."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import vl_convert

from scalinglab.exercises import Journal, Prediction, predict
from scalinglab.live import Panel, open_panels
from tests.course.notebooks import CHAPTERS, code_cells

#: All tests of a chapter run in one process, so that its cells run once.
ALL = [pytest.param(path, id=path.stem, marks=pytest.mark.xdist_group(path.stem)) for path in CHAPTERS]


@pytest.fixture(params=ALL, scope="module")
def chapter(request) -> tuple[list[Panel], list[Prediction]]:
    """The panels and predictions that a chapter makes when its cells run in this process."""
    before, asked = set(open_panels()), []

    def noted(*args, **kwargs) -> Prediction:
        asked.append(predict(*args, **kwargs))
        return asked[-1]

    names = {"__name__": "chapter"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in code_cells(Path(request.param)):
            exec(compile(cell, str(request.param), "exec"), names)
            names["predict"] = noted  # after the first cell, which imports it
    return [panel for panel in open_panels() if panel not in before], asked


@pytest.fixture
def panels(chapter) -> list[Panel]:
    return chapter[0]


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
        panel.stop()  # the same run is awaited where the notebook is run
        assert panel.state == text
        assert panel.error is None


def guess(asked: Prediction) -> float | str:
    """Some value that a question takes."""
    question = asked.question
    return question.choices[0] if question.choices else next(end for end in (question.low, question.high, 1.0) if end)


#: What a new kernel says to the same questions, asked without their reveals.
AGAIN = """
import json, sys
from scalinglab.exercises import predict
for key, question in json.loads(sys.argv[1]).items():
    print(json.dumps([key, predict(key, **question).value]))
"""


def test_every_prediction_is_on_disk_before_its_reveal_and_survives_the_kernel(chapter, tmp_path, monkeypatch):
    home, elsewhere = tmp_path / "predictions.json", tmp_path / "elsewhere" / "predictions.json"
    said, questions = {}, {}
    for asked in chapter[1]:
        key, question, reveal, seen = asked.question.key, asked.question, asked._show_answer, []
        names = ("unit", "choices", "low", "high", "log")
        questions[key] = {"question": question.text} | {name: getattr(question, name) for name in names}
        asked.journal = Journal(home)
        monkeypatch.setattr(asked, "_show_answer", lambda: (seen.append(Journal(home).sealed(key)), reveal()))  # noqa: B023
        assert (asked.sealed, asked.revealed) == (False, False)
        said[key] = asked.seal(guess(asked))
        assert asked.error is None, asked.error
        assert asked.revealed
        assert [record["value"] for record in seen] == [said[key]]
    assert said

    def in_a_new_kernel(journal: Path) -> dict:
        monkeypatch.setenv("SCALINGLAB_JOURNAL", str(journal))
        command = [sys.executable, "-c", AGAIN, json.dumps(questions)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return dict(map(json.loads, lines))

    assert in_a_new_kernel(home) == said
    Journal(elsewhere).merge(Journal(home).text())  # downloaded before the machine goes, loaded on another one
    assert in_a_new_kernel(elsewhere) == said
