"""The map of the course says what the journal says: points, predictions, how close they were, and what is done."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scalinglab.exercises import Journal, check, course_map, predict, quiz, read_class
from scalinglab.exercises.progress.chapters import chapters
from scalinglab.exercises.progress.standing import standing
from scalinglab.exercises.quiz_items import items_of
from tests.course.notebooks import COURSE


def row(number: str) -> dict:
    return next(row for row in standing(Journal())["rows"] if row["number"] == number)


def parameters(inputs, width, depth, classes):
    return (inputs + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * classes


def said(key: str, value: float | str, reveal: float | str | None = None, **asked) -> str:
    """Seal a prediction; what the map then says of it."""
    predict(key, "How many?", reveal=reveal, **asked).seal(value)
    return dict(row(key[:2])["said"])[key]


def test_of_an_empty_journal_nothing_is_done_and_all_is_counted():
    found = standing(Journal())
    assert found["summary"] == "0 of 14 chapters done, 0 of 685 points, 0 of 90 predictions and quiz questions sealed."
    assert {mark for row in found["rows"] for mark in row["marks"]} == {"open"}
    assert [row["number"] for row in found["rows"] if row["next"]] == ["00"]
    assert (found["trouble"], row("01")["time"], row("13")["time"]) == ("", "55 + 58 min", "60 min")


def test_the_best_check_counts_even_if_a_worse_one_follows():
    check("00-parameters", lambda inputs, width, depth, classes: inputs)
    assert (row("00")["earned"], row("00")["points"]) == (0, 10)
    check("00-parameters", parameters)
    check("00-parameters", lambda inputs, width, depth, classes: inputs)
    assert (row("00")["earned"], row("00")["share"], row("00")["done"]) == (10, 0.5, False)


def test_nothing_is_recorded_while_a_notebook_is_graded(journal_file: Path, monkeypatch: pytest.MonkeyPatch):
    predict("00-width", "How many?").seal(3)
    before = journal_file.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("00-parameters", parameters).passed
    assert predict("00-width", "How many?", reveal=4).revealed
    assert journal_file.read_bytes() == before


def test_a_chapter_is_done_with_full_points_and_everything_sealed():
    check("00-parameters", parameters)
    assert not row("00")["done"]
    said("00-width", 20.0)
    assert (row("00")["done"], row("00")["share"]) == (True, 1)
    assert (
        standing(Journal())["summary"]
        == "1 of 14 chapters done, 10 of 685 points, 1 of 90 predictions and quiz questions sealed."
    )
    assert [each["number"] for each in standing(Journal())["rows"] if each["next"]] == ["01"]


def test_the_questions_of_a_quiz_must_be_answered_too():
    chapter = chapters()[13]
    for key in chapter.predictions:
        said(key, 1.0)
    assert not row("13")["done"]
    for question in quiz("13").questions:
        question.seal(question.item.options[0].text)
    assert row("13")["done"]


@pytest.mark.parametrize(
    ("value", "true", "mark", "words"),
    [
        (9.2, 9.3, "right", "You said 9.2 %, measured 9.3 %: close, off by 0.1 percentage points."),
        (12, 9.3, "near", "You said 12 %, measured 9.3 %: off by 2.7 percentage points, a factor of 1.3."),
        (4.65, 9.3, "near", "You said 4.65 %, measured 9.3 %: off by 4.7 percentage points, a factor of 2."),
        (50, 9.3, "far", "You said 50 %, measured 9.3 %: off by 41 percentage points, a factor of 5.4."),
        (0, 9.3, "far", "You said 0 %, measured 9.3 %: off by 9.3 percentage points."),
        (97, 94, "near", "You said 97 %, measured 94 %: off by 3 percentage points."),
        (98, 95, "far", "You said 98 %, measured 95 %: off by 3 percentage points."),
        (12, None, "sealed", "You said 12 %."),
        (12, "It depends.", "sealed", "You said 12 %."),
    ],
)
def test_it_says_how_close_a_number_was(value, true, mark, words):
    assert said("00-width", value, true, unit="%") == words
    assert row("00")["marks"] == [mark]


def test_it_says_whether_a_choice_was_right():
    choices = ["It falls", "It rises"]
    assert said("01-data", "It falls", "It falls", choices=choices) == 'You said "It falls": right.'
    assert said("01-width", "It falls", "It rises", choices=choices) == (
        'You said "It falls": wrong. The answer is "It rises".'
    )
    assert row("01")["marks"][:2] == ["far", "right"]  # in the order of the chapter, which asks for the width first


def test_of_a_quiz_it_says_what_was_right_at_first_and_never_what_would_have_been():
    first, second = quiz("05").questions[:2]
    right = [next(option.text for option in item.options if option.right) for item in items_of("05")]
    first.seal(right[0])
    wrong = next(option.text for option in second.item.options if not option.right)
    second.seal(wrong)
    second.seal(right[1])
    assert row("05")["marks"] == ["open", "open", "right", "far", "open"]
    assert right[1] not in json.dumps(standing(Journal()))
    assert dict(row("05")["said"])["05-quiz-2"] == f'You said "{wrong}": wrong.'


def test_what_is_true_is_not_on_the_map_before_it_is_sealed():
    guess = predict("00-width", "How many?", reveal=31.4159)
    Journal().learn("01-width", 27.1828)  # a file that a person has written
    assert not re.search(r"31\.4|27\.1", json.dumps(standing(Journal())))
    guess.seal(3)
    assert "measured 31.42" in json.dumps(standing(Journal()))


def test_an_answer_that_was_shown_first_is_told():
    Journal().show(["00-width"])
    assert row("00")["said"] == [["00-width", "You had the answer shown without a prediction."]]
    assert (row("00")["marks"], row("00")["done"]) == (["open"], False)
    assert said("00-width", 3, 3.0).endswith("exactly right. You sealed it after its answer was shown.")


def test_old_files_load_and_what_is_unknown_survives(journal_file: Path):
    attempts = [{"at": "2026-01-01T00:00:00Z", "points": points, "max_points": 10} for points in (10, 0)]
    attempts += [
        {"at": "", "points": "ten", "max_points": 10},
        {"at": "", "points": 10**9, "max_points": 1},
        {"at": ""},
    ]
    old = {"format": 1, "attempts": {"00-parameters": attempts, "99-gone": attempts}, "course": "autumn"}
    journal_file.write_text(json.dumps(old))
    assert row("00")["earned"] == 10
    said("00-width", 3, 4)
    data = Journal().read()
    assert (data["course"], data["attempts"], data["answers"]) == ("autumn", old["attempts"], {"00-width": 4.0})


def test_points_that_another_version_gave_count_by_their_share(journal_file: Path):
    half = [{"at": "", "points": 4, "max_points": 8}]
    journal_file.write_text(json.dumps({"format": 1, "attempts": {"00-parameters": half}}))
    assert row("00")["earned"] == 5


def test_answers_go_with_a_loaded_journal(tmp_path: Path):
    theirs = Journal(tmp_path / "theirs.json")
    theirs.seal("00-width", 3.0, question="?")
    theirs.learn("00-width", 4.0)
    Journal().merge(theirs.text())
    assert row("00")["marks"] == ["near"]


def test_a_class_reads_the_predictions_and_nothing_that_a_journal_says_of_points(tmp_path: Path):
    said("13-error", 3, 4)
    check("00-parameters", parameters)
    assert read_class(tmp_path) == [{"student": "predictions", "problem": "", "13-error": 3.0}]


def test_an_answer_is_written_once(journal_file: Path):
    said("00-width", 3, 4)
    written = journal_file.stat().st_ino  # every write makes a new file
    assert predict("00-width", "How many?", reveal=4).revealed
    assert journal_file.stat().st_ino == written


def test_the_widget_follows_what_is_sealed_and_checked_in_its_kernel():
    shown = course_map()
    said("00-width", 3)
    assert shown.standing == standing(Journal(), folder=Path().resolve())
    check("00-parameters", parameters)
    assert shown.standing["rows"][0]["done"]


def test_the_widget_looks_again_when_it_comes_into_sight(journal_file: Path):
    shown = course_map()
    journal_file.write_text('{"format": 1, "predictions": {"00-width": {"value": 1, "question": "", "sealed_at": ""}}}')
    assert shown.standing["rows"][0]["sealed"] == 0
    shown._handle_custom_msg({"type": "look"}, [])
    assert shown.standing["rows"][0]["sealed"] == 1


def test_a_journal_that_cannot_be_read_is_a_sentence_on_the_map(journal_file: Path):
    journal_file.mkdir()
    shown = course_map()
    assert shown.standing["trouble"].startswith("predictions.json could not be read")
    assert "could not be read" in shown.words()


def test_a_damaged_journal_is_set_aside_and_the_map_says_so(journal_file: Path):
    journal_file.write_text("{")
    shown = course_map()
    shown.look()
    assert "is damaged" in shown.standing["trouble"]


def test_chapters_that_are_there_have_links_on_a_page_without_widgets_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "05_random_features.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    data, _ = course_map()._repr_mimebundle_()
    assert re.findall(r'href="([^"]*)"', data["text/html"]) == ["05_random_features.ipynb"]
    monkeypatch.chdir(COURSE)
    assert course_map().words().count('.ipynb"') == 14
    assert "01 Power laws | 55 + 58 min | 0 of 70 points | 0 of 6 sealed" in data["text/plain"]


def test_my_journal_shows_the_map_with_the_chapter_in_which_it_is():
    guess, sent = predict("05-overfit", "How many?"), []
    guess.send = lambda content, buffers=None: sent.append(content)
    guess.receive({"type": "map", "view": "a"})
    assert [each["type"] for each in sent] == ["map", "done"]
    assert sent[0]["view"] == "a"
    assert [each["number"] for each in sent[0]["map"]["rows"] if each["here"]] == ["05"]


def test_it_needs_no_torch_no_pictures_and_no_threads(tmp_path: Path):
    for name in ("torch", "vl_convert"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r})")
    code = f"""
import sys, threading
sys.path.insert(0, {str(tmp_path)!r})
def no_thread(_):
    raise RuntimeError("can't start new thread")
threading.Thread.start = no_thread
from scalinglab.exercises import Journal, course_map
shown = course_map()
Journal().seal("00-width", 3.0, question="?")
print(shown.standing["rows"][0]["sealed"], sorted(shown._repr_mimebundle_()[0]))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1 ['application/vnd.jupyter.widget-view+json', 'text/html', 'text/plain']\n"
