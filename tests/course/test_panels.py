"""Every panel of every chapter, at both ends and at an odd value of every control, and every prediction."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys

import pytest
import vl_convert

from scalinglab.exercises import Journal, Prediction
from scalinglab.live import Panel
from tests.course.executed import Chapter
from tests.course.notebooks import code_cells, panels_in


@pytest.fixture
def panels(chapter: Chapter) -> list[Panel]:
    return chapter.panels


def test_every_panel_of_the_text_was_shown_and_ran_to_its_end(chapter, panels):
    assert len(panels) == panels_in(chapter.path) > 0
    assert sorted(chapter.ends) == sorted(panel.name for panel in panels)


def test_it_says_nothing_to_the_standard_error(chapter):
    assert chapter.complaints.getvalue() == ""


def test_every_control_works_from_end_to_end(chapter):
    for _, _, found in chapter.probed:
        assert all(len(column) for columns in found.values() for column in columns.values())


def test_every_panel_has_a_picture_without_a_browser(chapter):
    for _, picture, _ in chapter.pictures:
        assert "mark container" in picture
        assert vl_convert.svg_to_png(picture).startswith(b"\x89PNG")


def test_every_state_can_be_copied_and_pasted(panels):
    for panel in panels:
        text = panel.state
        panel.restore(text)
        panel.stop()  # the same run is awaited where the notebook is run
        assert panel.state == text
        assert panel.error is None


def test_every_panel_has_tasks_that_its_controls_can_do(panels):
    for panel in panels:
        ways = panel.tasks.ways()
        assert ways, panel.name
        for way in itertools.chain(*ways):
            panel.tasks.look(panel.values | way)
        assert [task["done"] for task in panel.tasks.describe()] == [bool(way) for way in ways], panel.name


def test_tasks_are_short_and_ask_for_controls_by_their_names(panels):
    for panel in panels:
        known = (
            {control["label"] for control in panel._view.controls} | set(panel._view.presets) | {"Reset", "Run again"}
        )
        for task in panel.tasks.describe():
            assert len(task["text"].split()) <= 30, task["text"]
            assert task["text"][-1] in ".?"
        named = re.findall(
            r"(?:Drag|Raise|Lower|Move|Set) \*([^*]+)\*", " ".join(t["text"] for t in panel.tasks.describe())
        )
        named += re.findall(r"Press \*([^*]+)\*", " ".join(t["text"] for t in panel.tasks.describe()))
        assert set(named) <= known, (panel.name, set(named) - known)


def guess(asked: Prediction) -> float | str:
    """Some value that a question takes."""
    question = asked.question
    return question.choices[0] if question.choices else next(end for end in (question.low, question.high, 1.0) if end)


#: What a new kernel says to the same questions, asked without their reveals, by each journal.
AGAIN = """
import json, os, sys
from scalinglab.exercises import predict
questions, *journals = sys.argv[1:]
for os.environ["SCALINGLAB_JOURNAL"] in journals:
    print(json.dumps({key: predict(key, **asked).value for key, asked in json.loads(questions).items()}))
"""


def test_every_prediction_is_on_disk_before_its_reveal_and_survives_the_kernel(chapter, tmp_path, monkeypatch):
    home, elsewhere = tmp_path / "predictions.json", tmp_path / "elsewhere" / "predictions.json"
    said, questions = {}, {}
    for asked in chapter.predictions:
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
    assert set(said) == set(re.findall(r'predict\(\s*"(\d\d-[\w-]+)"', "\n".join(code_cells(chapter.path))))

    Journal(elsewhere).merge(Journal(home).text())  # downloaded before the machine goes, loaded on another one
    command = [sys.executable, "-c", AGAIN, json.dumps(questions), str(home), str(elsewhere)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert list(map(json.loads, lines)) == [said, said]
