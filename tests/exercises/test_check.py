"""A check names the mistake, whatever the student's code does, and raises nothing."""

from __future__ import annotations

import re
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from scalinglab.exercises import Exercise, Journal, Mistake, check, grade, hint
from scalinglab.exercises.bank import find
from scalinglab.exercises.hints import HintButton
from scalinglab.exercises.running import run

KEY = "00-parameters"


def toy(oracle=lambda x, y: x + y, **changes) -> Exercise:
    """An exercise with cases that are easy to follow: (1, 2), then one drawn pair."""
    base = Exercise(
        key="99-toy",
        title="Toy",
        name="total",
        cases=lambda draw: ((1.0, 2.0), (draw.uniform(3, 4), draw.uniform(5, 6))),
        oracle=oracle,
        mistakes=(Mistake("subtracted", lambda x, y: x - y, "You subtracted."),),
        hints=("One.", "Two.", "Three."),
        seconds=0.3,
    )
    return replace(base, **changes)


def outcome(answer, exercise=None):
    return grade(exercise or toy(), answer, seed=1)


def right(inputs, width, depth, classes):
    return (inputs + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * classes


def wrong(inputs, width, depth, classes):
    return inputs


def test_a_right_answer_gets_all_points():
    result = check(KEY, right, student="Ada")
    assert (result.points, result.max_points, result.passed, result.diagnosis) == (10, 10, True, None)
    assert repr(result).startswith("✓ Right (00-parameters, 10 of 10 points)")


def test_without_threads_answers_are_checked_all_the_same(monkeypatch):
    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    assert check(KEY, right).passed
    assert not check(KEY, wrong).passed
    assert "ZeroDivisionError" in outcome(lambda x, y: print("heard") or 1 / 0).message


def test_a_stub_is_not_attempted_and_not_counted():
    def stub(inputs, width, depth, classes):
        raise NotImplementedError("write me")

    result = check(KEY, stub)
    assert (result.points, result.attempted, result.passed) == (0, False, False)
    assert repr(result).startswith("○ Not attempted yet")
    assert Journal().attempts(KEY) == []


def test_not_implemented_from_a_library_is_an_attempt():
    def library():
        raise NotImplementedError("no such operator")

    result = outcome(lambda x, y: library())
    assert (result.attempted, result.diagnosis) == (True, "raised an error")


def test_attempts_are_recorded_with_their_outcome_and_without_a_name(journal_file):
    check(KEY, wrong, student="Zoë 王")
    check(KEY, right, student="Zoë 王")
    first, second = Journal().attempts(KEY)
    assert (first["points"], second["points"], second["max_points"]) == (0, 10, 10)
    assert first["seed"] == second["seed"]
    assert "王" not in journal_file.read_text(encoding="utf-8")


def test_numbers_vary_by_student():
    assert check(KEY, wrong, student="Ada").message != check(KEY, wrong, student="Emmy").message


def test_the_first_failing_case_is_shown_without_the_expected_answer():
    exercise = find(KEY)
    result = grade(exercise, lambda *case: right(*case) + 1000, seed=5)
    case = exercise.draw(5)[0]
    assert exercise.call(case) in result.message
    assert f"returned {right(*case) + 1000}, which is" in result.message
    assert "too large" in result.message
    assert "0 of 4 cases agree" in result.message
    assert str(right(*case)) not in result.message.replace(str(right(*case) + 1000), "")


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.05, "a little too large"),
        (0.95, "a little too small"),
        (1.5, " too large"),
        (3, "far too large"),
        (-1, "far"),
    ],
)
def test_how_far_an_answer_is(factor, words):
    assert words in outcome(lambda x, y: factor * (x + y)).message


def raises(x, y):
    return x / 0


def test_an_exception_is_named_with_type_message_and_line():
    result = outcome(raises)
    line = raises.__code__.co_firstlineno + 1
    assert result.diagnosis == "raised an error"
    assert "total(x=1.0, y=2.0)" in result.message
    assert f"ZeroDivisionError: float division by zero, in line {line}: `return x / 0`" in result.message


class RudeError(Exception):
    def __str__(self):
        raise RuntimeError


def leaves(x, y):
    sys.exit(3)


def recurses(x, y):
    return recurses(x, y)


def rude(x, y):
    raise RudeError


@pytest.mark.parametrize(
    ("function", "name"), [(leaves, "SystemExit"), (recurses, "RecursionError"), (rude, "RudeError")]
)
def test_even_odd_exceptions_are_only_named(function, name):
    result = outcome(function)
    assert result.diagnosis == "raised an error"
    assert name in result.message


class Strange:
    __hash__ = None

    def __len__(self):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError

    def __eq__(self, other):
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "diagnosis", "words"),
    [
        (None, "returned nothing", "did you forget `return`?"),
        (len, "returned a function", "forget to call it"),
        ("3", "wrong type", "of type `str`"),
        (True, "wrong type", "of type `bool`"),
        (3j, "wrong type", "of type `complex`"),
        ({3: 4}, "wrong type", "of type `dict`"),
        (Strange(), "wrong type", "a Strange that cannot be shown"),
        ([3.0], "wrong shape", "got 1 values"),
        (np.array([3.0, 4.0]), "wrong shape", "got 2 values"),
        (float("nan"), "not a number", "division by zero"),
        (float("inf"), "not a number", "got inf"),
        pytest.param(10**5000, None, "far too large", id="huge"),
    ],
)
def test_a_wrong_kind_of_answer_is_named(value, diagnosis, words):
    result = outcome(lambda x, y: value)
    assert result.diagnosis == diagnosis
    assert words in result.message
    assert result.attempted


@pytest.mark.parametrize("convert", [float, np.float64, np.array, lambda total: total * (1 + 1e-12)])
def test_numbers_of_any_kind_within_the_tolerance_are_right(convert):
    assert outcome(lambda x, y: convert(x + y)).passed


@pytest.mark.parametrize(
    ("answer", "diagnosis"),
    [(7, "not a function"), (None, "not a function"), (lambda x: x, "wrong arguments")],
)
def test_an_answer_that_cannot_be_called_as_asked(answer, diagnosis):
    result = outcome(answer)
    assert result.diagnosis == diagnosis
    assert "total" in result.message


def test_the_names_of_arguments_are_free():
    assert outcome(lambda a, b: a + b).passed
    assert outcome(lambda *numbers: sum(numbers)).passed


def endless(x, y):
    while True:
        x += 1


def test_an_endless_loop_is_stopped_and_named():
    start = time.monotonic()
    result = outcome(endless)
    assert time.monotonic() - start < 2  # 0.3 s limit, and up to 1 s until the thread has ended
    assert result.diagnosis == "ran too long"
    assert "stopped after 0.3 seconds" in result.message
    assert not [thread for thread in threading.enumerate() if thread.name == "scalinglab-check"]


def test_a_call_that_cannot_be_stopped_is_left_behind():
    result = outcome(lambda x, y: time.sleep(3))
    assert result.diagnosis == "ran too long"


def test_prints_are_kept_and_limited(capsys):
    def chatty(x, y):
        print("spam " * 1000)
        print("to stderr", file=sys.stderr)
        return x + y

    result = outcome(chatty)
    assert result.passed
    assert "printed 10," in result.notes[0]  # twice 5001 characters, and what went to stderr
    assert "only the beginning is kept" in result.notes[0]
    assert len(result.printed) < 2000
    assert "spam" in repr(result)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_what_other_threads_print_meanwhile_goes_through(capsys):
    started, go_on = threading.Event(), threading.Event()

    def answer():
        started.set()
        go_on.wait(5)

    def other():
        started.wait(5)
        print("from another thread")
        go_on.set()

    thread = threading.Thread(target=other)
    thread.start()
    finished = run(answer, [()], seconds=5)
    thread.join()
    assert (finished.error, finished.printed) == (None, "")
    assert capsys.readouterr().out == "from another thread\n"


def test_arguments_that_the_student_changes_spoil_nothing():
    exercise = toy(
        lambda xs: [2 * x for x in xs], cases=lambda draw: (([1.0, 2.0],), ([3.0, 4.0],)), mistakes=(), name="double"
    )

    def in_place(xs):
        for index in range(len(xs)):
            xs[index] *= 2
        return xs

    assert outcome(in_place, exercise).passed


@pytest.mark.parametrize(
    ("answer", "diagnosis", "words"),
    [
        (lambda xs: 2 * np.asarray(xs), None, ""),
        (lambda xs: [2 * xs[0], xs[1]], None, "wrong in 1 of 2 entries, first at index [1]"),
        (lambda xs: [1], "wrong shape", "got 1 values where 2 values were asked"),
        (lambda xs: range(10**12), "wrong shape", "got 1000000000000 values"),
        (lambda xs: [[1, 2], [3, 4]], "wrong shape", "got shape (2, 2)"),
        (lambda xs: [[1, 2], [3]], "wrong type", "rows of equal length"),
        (lambda xs: 3, "wrong type", "a sequence of numbers was asked"),
        (lambda xs: [1, float("nan")], "not a number", "nan"),
        (lambda xs: (x for x in xs), "wrong type", "generator"),
    ],
)
def test_answers_that_are_arrays(answer, diagnosis, words):
    exercise = toy(lambda xs: [2 * x for x in xs], cases=lambda draw: (([1.0, 2.0],), ([3.0, 4.0],)), mistakes=())
    result = outcome(answer, exercise)
    assert result.passed == (words == "")
    assert result.diagnosis == diagnosis
    assert words in result.message


@pytest.mark.parametrize("infinity", [float("inf"), np.inf, np.array(np.inf)], ids=["float", "numpy", "array"])
def test_infinity_is_right_where_it_is_the_answer(infinity):
    never = toy(lambda x, y: float("inf"), mistakes=(Mistake("finite", lambda x, y: x + y, "It is finite."),))
    assert outcome(lambda x, y: infinity, never).passed
    assert outcome(lambda x, y: x + y, never).diagnosis == "finite"
    assert "far too small" in outcome(lambda x, y: 1e300, never).message
    assert outcome(lambda x, y: -infinity, never).diagnosis == "not a number"
    assert outcome(lambda x, y: float("nan"), never).diagnosis == "not a number"


def test_cases_that_cannot_tell_a_mistake_apart_are_never_used():
    fooled = toy(cases=lambda draw: ((draw.randint(0, 5), 0), (draw.randint(0, 5), draw.choice([0, 0, 0, 1]))))
    assert all(fooled.draw(seed)[1][1] == 1 for seed in range(50))
    with pytest.raises(RuntimeError, match=r"tell all mistakes apart in 50 draws, such as 'the right answer' and '"):
        toy(cases=lambda draw: ((1, 0),)).draw(1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key": "toy"}, "key must be a chapter and a name"),
        ({"difficulty": "mild"}, "difficulty must be one of"),
        ({"minutes": 0}, "minutes must be positive"),
        ({"hints": ("One.",)}, "hints must be three"),
        ({"mistakes": (Mistake("a", abs, "A."), Mistake("a", abs, "B."))}, "mistakes must have different names"),
    ],
)
def test_an_exercise_that_makes_no_sense_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        toy(**changes)


def test_hints_come_one_at_a_time_and_are_remembered():
    assert "Hint 1 of 3 is waiting" in check(KEY, wrong).notes[-1]
    texts = [hint(KEY).texts for _ in range(4)]
    assert [len(shown) for shown in texts] == [1, 2, 3, 3]
    assert texts[-1] == find(KEY).hints
    assert Journal().hints_shown(KEY) == 3
    assert "seen all hints" in check(KEY, wrong).notes[-1]
    assert repr(hint(KEY)).startswith("Hint 1 of 3. ")


def test_a_right_answer_is_offered_no_hint():
    assert check(KEY, right).notes == ()
    assert set(check(KEY, right)._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_the_button_of_a_box_shows_one_hint_after_the_other():
    button = HintButton(KEY, check(KEY, wrong)._repr_html_())
    assert "Hint 1 of 3 is waiting" in button.box
    seen = []
    for _ in range(4):
        button._handle_custom_msg({"type": "hint"}, [])
        (waits,) = re.findall(r"Hint \d of 3 is waiting|all hints", button.box)
        seen.append((button.hints.count("<strong>Hint"), button.left, waits))
    second, third = (f"Hint {number} of 3 is waiting" for number in (2, 3))
    assert seen == [(1, 2, second), (2, 1, third), (3, 0, "all hints"), (3, 0, "all hints")]


@pytest.mark.parametrize("graded", [False, True])
def test_a_box_and_a_mark_have_the_button_where_somebody_can_click(graded: bool, monkeypatch):
    if graded:
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    result = check(KEY, wrong)
    for shown, text in ((result, repr(result)), (result.mark, "0.0")):
        data = shown._repr_mimebundle_()
        assert ("application/vnd.jupyter.widget-view+json" in data) != graded
        assert data["text/plain"] == text
        assert data["text/html"] == result._repr_html_()


def test_a_stub_is_offered_a_hint_and_told_what_to_do():
    def stub(*_):
        raise NotImplementedError

    result = check(KEY, stub)
    assert "Hint 1 of 3 is waiting" in result.notes[-1]
    assert result.message.startswith("Count the parameters. Easy, about ")
    assert check("10-growth", stub).message.startswith("How wide? Easy, about ")
    assert "run that cell, then run this one again" in result.message
    assert Journal().read()["attempts"] == {}


def test_without_a_journal_a_check_still_checks_and_hints_still_come(no_journal):
    result = check(KEY, right)
    assert result.passed
    assert "was not recorded" in result.notes[0]
    assert [len(hint(KEY).texts) for _ in range(3)] == [1, 2, 3]
    assert "could not be written" in hint(KEY).notes[0]


def test_a_damaged_journal_is_told_in_the_result(journal_file):
    journal_file.write_text("{")
    assert "is damaged" in check(KEY, right).notes[0]


def test_html_shows_sign_and_word_and_escapes_everything():
    def evil(x, y):
        print("<script>one</script>")
        raise ValueError("<img src=x onerror=alert(1)> `<b>`")

    page = outcome(evil)._repr_html_()
    assert "✗" in page
    assert "Not yet" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "<code>&lt;b&gt;</code>" in page
    assert "Right" in outcome(lambda x, y: x + y)._repr_html_()
    assert "<strong>Hint 1 of 3.</strong>" in hint(KEY)._repr_html_()


def test_mistakes_of_the_notebook_are_errors():
    with pytest.raises(ValueError, match="key must be"):
        check("parameters", right)
    with pytest.raises(ValueError, match="student must be text"):
        check(KEY, right, student=7)


def test_an_answer_may_be_looked_at_instead_of_compared():
    """Here it returns a function, whose values at 0 and 1 are what counts; and a loop in there is stopped, too."""

    def look(function, case):
        line = function(*case)
        return [line(0), line(1)] if callable(line) else line

    def total(rise):
        return outcome(
            rise,
            toy(
                lambda x, y: [x, x + y],
                look=look,
                entries=("the value at 0", "the value at 1"),
                mistakes=(Mistake("falls", lambda x, y: lambda z: x - y * z, "It falls."),),
            ),
        )

    def forever(_):
        while True:
            pass

    assert total(lambda x, y: lambda z: x + y * z).passed
    assert total(lambda x, y: lambda z: x - y * z).diagnosis == "falls"
    assert total(lambda x, y: lambda z: x + 2 * y * z).message == (
        "`total(x=1.0, y=2.0)`: what is not right is the value at 1. 0 of 2 cases agree."
    )
    assert total(lambda x, y: lambda z: z).message.startswith(
        "`total(x=1.0, y=2.0)`: what is not right is the value at 0, and the value at 1."
    )
    assert total(lambda x, y: None).diagnosis == "returned nothing"
    assert total(lambda x, y: lambda z: 1 / z).diagnosis == "raised an error"
    assert total(lambda x, y: forever).diagnosis == "ran too long"
