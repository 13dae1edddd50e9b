"""Quizzes: nothing of a choice shows before it is made, the first one counts, and every chapter has three questions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from scalinglab.exercises import Journal, Quiz, quiz
from scalinglab.exercises.quiz_items import Item, Option, items_of, quiz_chapters, read_items
from scalinglab.exercises.quizzes import QuizQuestion
from tests.course.notebooks import CHAPTERS

COURSE_CHAPTERS = [path.stem[:2] for path in CHAPTERS if path.stem[:2] > "00"]
ITEM = Item(
    "What **is** `1 + 1`?",
    (
        Option("Eleven.", "That is how texts are added."),
        Option("Two.", "One more than one.", right=True),
        Option("One.", "You multiplied."),
        Option("Zero.", "You subtracted."),
    ),
)


def ask() -> QuizQuestion:
    return QuizQuestion("05", 1, ITEM)


def test_every_chapter_of_the_course_has_a_quiz_and_only_these():
    assert quiz_chapters() == COURSE_CHAPTERS


@pytest.mark.parametrize("chapter", quiz_chapters())
def test_it_has_three_questions_whose_choices_explain_themselves(chapter):
    items = items_of(chapter)
    assert len(items) == 3
    assert len({item.text for item in items}) == 3
    explanations = [option.why for item in items for option in item.options]
    assert len(set(explanations)) == len(explanations)
    for item in items:
        assert len(item.options) >= 3
        assert sum(option.right for option in item.options) == 1
        for text in (item.text, *(text for option in item.options for text in (option.text, option.why))):
            assert re.match(r"[A-Z0-9]", text)
            assert text.endswith((".", "?"))
            assert len(text) < 400  # a question or an explanation that is longer is a lecture
        for option in item.options:
            assert not set("`*") & set(option.text)  # a choice is shown as plain text


@pytest.mark.parametrize("chapter", quiz_chapters())
def test_the_right_choice_is_not_always_in_the_same_place_nor_always_the_longest(chapter):
    items = items_of(chapter)
    places = {[option.right for option in item.options].index(True) for item in items}
    assert len(places) > 1
    longest = [max(item.options, key=lambda option: len(option.text)).right for item in items]
    assert not all(longest)


def test_over_the_course_no_place_is_preferred():
    items = [item for chapter in quiz_chapters() for item in items_of(chapter)]
    places = Counter([option.right for option in item.options].index(True) for item in items)
    assert max(places.values()) <= len(items) / 2


def test_nothing_of_an_explanation_is_in_the_browser_before_its_choice_was_made():
    asked = ask()
    synced = lambda: json.dumps(asked.get_state(), default=str)  # noqa: E731
    for option in ITEM.options:
        assert option.text in synced()
        assert option.why not in synced()
        assert option.why not in asked.words()
    asked.seal("Eleven.")
    assert ITEM.options[0].why in synced()
    assert not any(option.why in synced() for option in ITEM.options[1:])
    assert "✓" not in synced()


def test_the_first_choice_is_sealed_and_further_ones_are_attempts():
    asked = ask()
    assert asked.seal("Eleven.") == "Eleven."
    assert (asked.state["open"], asked.state["spent"], asked.solved) == (True, ["Eleven."], False)
    assert asked.seal("Two.") == "Eleven."
    assert (asked.state["open"], asked.state["spent"], asked.solved) == (False, ["Eleven.", "Two."], True)
    assert '✗ Wrong. "Eleven." That is how' in asked.answer
    assert '✓ Right. "Two." One more' in asked.answer
    assert Journal().sealed("05-quiz-1")["value"] == "Eleven."
    (attempt,) = Journal().attempts("05-quiz-1")
    assert (attempt["diagnosis"], attempt["points"], attempt["max_points"]) == ("Two.", 1, 1)


def test_a_right_first_choice_ends_the_question():
    asked = ask()
    asked.seal("Two.")
    assert (asked.state["open"], asked.solved) == (False, True)
    asked.seal("One.")
    assert asked.tries == [ITEM.options[1]]
    assert Journal().attempts("05-quiz-1") == []


def test_a_choice_that_was_made_is_not_made_again():
    asked = ask()
    for choice in ("Eleven.", "One.", "Eleven.", "One."):
        asked.seal(choice)
    assert [option.text for option in asked.tries] == ["Eleven.", "One."]
    assert len(Journal().attempts("05-quiz-1")) == 1


def test_what_is_no_choice_is_refused():
    asked = ask()
    with pytest.raises(ValueError, match="must be one of Eleven"):
        asked.seal("Three.")
    assert not asked.sealed


def test_all_tries_survive_a_new_kernel():
    first, second, *_ = (option.text for option in items_of("05")[0].options)
    code = (
        "import sys\nfrom scalinglab.exercises import quiz\n"
        "question = quiz('05').questions[0]\n"
        "for choice in sys.argv[1:]:\n    question.seal(choice)\n"
        "print(question.value, *(option.text for option in question.tries), sep='|')"
    )
    for choices in ((first,), (second,), ()):
        command = [sys.executable, "-W", "error", "-c", code, *choices]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{first}|{first}|{second}"


def test_a_downloaded_journal_brings_all_tries_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = ask()
    asked.seal("Eleven.")
    asked.seal("One.")
    text = Journal().text()
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "elsewhere.json"))
    fresh = ask()
    assert fresh.tries == []
    fresh.load(text)
    assert [option.text for option in fresh.tries] == ["Eleven.", "One."]
    assert fresh.state["spent"] == ["Eleven.", "One."]


def test_two_widgets_of_one_question_agree():
    left, right_one = ask(), ask()
    left.seal("Eleven.")
    right_one.seal("One.")
    assert left.state["spent"] == right_one.state["spent"] == ["Eleven.", "One."]


def test_a_choice_that_cannot_be_recorded_is_not_explained(no_journal: None):
    asked = ask()
    assert asked.seal("Eleven.") is None
    assert (asked.state["reveal"], asked.state["trouble"]) == ([], True)


def test_an_earlier_wording_of_a_choice_is_no_error():
    Journal().seal("05-quiz-1", "Three, as it was once.", question="What is it?")
    asked = ask()
    assert asked.tries == []
    assert 'First choice, "Three, as it was once.", recorded' in asked.state["sealed"]
    assert "earlier wording: What is it?" in asked.state["sealed"]
    asked.seal("Two.")
    assert asked.solved


def test_an_export_shows_questions_choices_and_what_was_said():
    asked = quiz("05")
    first = asked.questions[0].item.options[0]
    asked.questions[0].seal(first.text)
    page = exported(asked)
    for question in asked.questions:
        for option in question.item.options:
            assert option.text in page
            assert (option.why in page) == (option is first)


def exported(asked: Quiz) -> str:
    data = asked._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    output = nbformat.v4.new_output("display_data", data=data)
    cell = nbformat.v4.new_code_cell("quiz(...)", outputs=[output])
    return HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]


def test_a_chapter_without_a_quiz_is_one_sentence():
    with pytest.raises(ValueError, match=r"chapter must be one that has a quiz: 01, .*, got '99'"):
        quiz("99")


@pytest.mark.parametrize(
    "options",
    [
        (Option("a", "1", right=True), Option("b", "2")),
        (Option("a", "1", right=True), Option("b", "2", right=True), Option("c", "3")),
        (Option("a", "1"), Option("b", "2"), Option("c", "3")),
        (Option("a", "1", right=True), Option("a", "2"), Option("c", "3")),
        (Option("a", "1", right=True), Option("b", "2"), Option("c", "2")),
    ],
    ids=["two choices", "two right", "none right", "twice the same", "one explanation for two"],
)
def test_a_question_that_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="options must"):
        Item("What?", options)


RIGHT = '[[questions.options]]\ntext = "Two."\nwhy = "One\\tmore."\nright = true\n'
QUESTION = '[[questions]]\ntext = """\nWhat is\n  1 + 1?"""\n'
WRONG = "".join(f'[[questions.options]]\ntext = "{text}"\nwhy = "Not {text}"\n' for text in ("One.", "Three."))


def test_a_quiz_is_read_from_toml_and_lines_are_joined():
    (item,) = read_items(QUESTION + RIGHT + WRONG)
    assert item.text == "What is 1 + 1?"
    assert item.options[0] == Option("Two.", "One more.", right=True)
    assert item.options[1] == Option("One.", "Not One.")


NO_QUIZZES = {
    "no TOML": ("question", "Expected '=' after a key"),
    "empty": ("", "a quiz must have questions"),
    "no list": ("questions = 3", "questions of a quiz must be of type list, got 3"),
    "no question": ("questions = [3]", "question 1: a question must have text and options, got 3"),
    "no text": ("[[questions]]\ntext = 3\noptions = []", "question 1: text of a question must be of type str, got 3"),
    "one option": (QUESTION + RIGHT, "question 1: options must be three or more"),
    "two options": (QUESTION + WRONG, "question 1: options must be three or more"),
    "typing error": (
        QUESTION + RIGHT.replace("right", "rigth") + WRONG,
        "option 1: an option must have text and why, and",
    ),
    "no truth": (QUESTION + RIGHT.replace("true", "1") + WRONG, "option 1: right of an option must be of type bool"),
    "no options": (QUESTION + RIGHT + WRONG + QUESTION, "question 2: a question must have text and options"),
}


@pytest.mark.parametrize(("toml", "sentence"), NO_QUIZZES.values(), ids=NO_QUIZZES.keys())
def test_what_is_no_quiz_is_one_sentence_that_says_where(toml, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_items(toml)


def test_the_step_sizes_that_chapter_09_asks_about_are_on_both_sides_of_the_critical_one():
    from scalinglab.heavy_tails import critical_step_size, recursion_tail_index

    assert round(critical_step_size(1, 1), 2) == 0.67
    assert critical_step_size(2, 1) == pytest.approx(1)
    assert recursion_tail_index(1.2, 2, 1) < 2 < recursion_tail_index(0.6, 1, 1)


def test_only_the_last_question_offers_the_journal():
    assert [question.setup["journal"] for question in quiz("05").questions] == [False, False, True]
