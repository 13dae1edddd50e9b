"""An instructor's own exercise is an exercise like any other, from a file; without that file there is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scalinglab.exercises import Exercise, Journal, Mistake, check, course_map, grade, hint, own_exercises
from scalinglab.exercises.bank import find
from scalinglab.exercises.hints import HintButton

KEY = "own-total"
HINTS = ("One.", "Two.", "Three.")


def total(numbers, weight):
    return weight * float(np.sum(numbers))


EXERCISE = Exercise(
    key=KEY,
    title="Total",
    name="total",
    cases=lambda draw: ((np.array([1.0, 2.0]), 3), (np.array([draw.uniform(3, 4), 0.1]), 2)),
    oracle=total,
    mistakes=(Mistake("forgot the weight", lambda numbers, weight: float(np.sum(numbers)), "You forgot the weight."),),
    hints=HINTS,
    difficulty="medium",
    minutes=7,
    tolerance=1e-6,
)
SETS = [EXERCISE.draw(seed) for seed in range(3)]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the exercise, beside the notebook."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / own_exercises.file_name(KEY)
    path.write_text(json.dumps(own_exercises.packed(EXERCISE, SETS)), encoding="utf-8")
    return path


def test_what_is_kept_in_a_file_comes_back():
    values = [None, True, 3, 0.1, float("inf"), "text", [1, [2.5]], {"a": [1], "b": {}}, np.array([[1, 2], [3, 4]])]
    values += [np.zeros((0, 3)), np.array([True, False]), np.arange(3, dtype=np.float32)]
    kept = own_exercises.decoded(json.loads(json.dumps(own_exercises.encoded(values))))
    assert repr(kept) == repr(values)
    assert [one.dtype for one in kept[-4:]] == [one.dtype for one in values[-4:]]
    assert repr(own_exercises.decoded(own_exercises.encoded((1, np.float64(0.1), np.array(2))))) == "[1, 0.1, 2]"


@pytest.mark.parametrize("value", [1j, {1, 2}, len, np.array([1j]), object()])
def test_what_cannot_be_kept_is_refused(value):
    with pytest.raises(ValueError, match=r"a \w+ cannot be kept in a file: take numbers"):
        own_exercises.encoded([value])


@pytest.mark.usefixtures("file")
def test_it_is_checked_like_any_other():
    right = check(KEY, lambda numbers, weight: sum(weight * each for each in numbers), student="Ada")
    assert (right.points, right.max_points, right.passed) == (15, 15, True)
    wrong = check(KEY, lambda numbers, weight: np.sum(numbers))
    assert (wrong.points, wrong.diagnosis, wrong.message) == (0, "forgot the weight", "You forgot the weight.")
    other = check(KEY, lambda numbers, weight: 1.0)
    assert (other.points, other.diagnosis) == (0, None)
    assert "`total(numbers=array([1., 2.]), weight=3)` returned 1.0" in other.message
    few = check(KEY, lambda numbers: 1.0)
    assert few.message == "`total` must take (numbers, weight) in this order; yours takes (numbers)."

    def stub(numbers, weight):
        raise NotImplementedError

    untouched = check(KEY, stub)
    assert not untouched.attempted
    assert untouched.message.startswith("Total. Medium, about 7 minutes.")
    assert [one["points"] for one in Journal().attempts(KEY)] == [15, 0, 0, 0]


@pytest.mark.usefixtures("file")
def test_a_name_draws_one_of_the_sets():
    exercise = find(KEY)
    drawn = {repr(exercise.draw(seed)) for seed in range(60)}
    assert drawn == {repr(tuple(map(tuple, cases))) for cases in SETS}


@pytest.mark.usefixtures("file")
def test_hints_and_the_map_know_it_or_pass_over_it():
    before = course_map().standing["summary"]
    assert hint(KEY).texts == HINTS[:1]
    button = HintButton(KEY, check(KEY, lambda numbers, weight: 0.0)._repr_html_())
    button.show(KEY)
    assert "Two." in button.hints
    assert Journal().hints_shown(KEY) == 2
    check(KEY, total)
    assert course_map().standing["summary"] == before  # its points are for the class, and no part of the course


def test_without_its_file_one_sentence_says_what_to_do_and_the_journal_stays(file: Path):
    check(KEY, total)
    hint(KEY)
    journal = Journal().text()
    file.unlink()
    for call in (lambda: check(KEY, total), lambda: hint(KEY)):
        with pytest.raises(
            ValueError, match=rf"^own-total.json is not in {file.parent}: the exercise own-total"
        ) as found:
            call()
        assert found.value._render_traceback_() == [str(found.value)]  # what a notebook shows of it
    assert Journal().text() == journal
    assert course_map().standing["trouble"] == ""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "own-total.json cannot be read: take it again from where you got the notebook"),
        (b"\xff\xfe", "own-total.json cannot be read"),
        (b"[]", "own-total.json is of another version of scalinglab, or no exercise at all"),
        (b'{"format": 2}', "own-total.json is of another version"),
        (b'{"format": 1}', "own-total.json is damaged: take it again"),
        (b'{"format": 1, "sets": [[{"case": 1}]]}', "own-total.json is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(file: Path, content: bytes, sentence: str):
    file.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{sentence}"):
        check(KEY, total)


@pytest.mark.parametrize("key", ["own-", "own-Half", "own-../secret", "own-a/b"])
def test_a_key_that_is_none_reaches_no_file(key: str):
    with pytest.raises(ValueError, match="key must be own- and a name in small letters"):
        find(key)


def test_a_grader_takes_the_file_of_the_folder_that_it_names(file: Path, tmp_path: Path, monkeypatch):
    ours = tmp_path / "ours"
    ours.mkdir()
    file.rename(ours / file.name)
    changed = own_exercises.packed(EXERCISE, SETS)
    for cases in changed["sets"]:
        for one in cases:
            one["right"] = 0
    file.write_text(json.dumps(changed), encoding="utf-8")  # as a student may have changed it
    assert grade(find(KEY), lambda numbers, weight: 0, seed=1).passed
    monkeypatch.setenv(own_exercises.VARIABLE, str(ours))
    assert not grade(find(KEY), lambda numbers, weight: 0, seed=1).passed
    assert grade(find(KEY), total, seed=1).passed
    assert grade(find(KEY, beside=tmp_path), lambda numbers, weight: 0, seed=1).passed
