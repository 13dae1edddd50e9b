"""A prediction is sealed before anything of the answer exists, and stays sealed."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter

from scalinglab.exercises import Journal, Prediction, predict

QUESTION = "How many percent of the digits will `width` 64 misread?"


def on_disk(key: str = "00-width") -> dict | None:
    return Journal().sealed(key)


def test_the_reveal_is_called_only_when_the_record_is_on_disk():
    seen = []
    guess = predict("00-width", QUESTION, unit="%", reveal=lambda: seen.append(on_disk()) or 9.3)
    assert seen == []
    assert (guess.value, guess.sealed, guess.revealed, guess.answer) == (None, False, False, "")
    assert guess.seal(12) == 12.0
    assert seen[0]["value"] == 12.0
    assert (guess.value, guess.sealed, guess.revealed) == (12.0, True, True)


def test_nothing_of_the_answer_is_in_the_synced_state_before_the_seal():
    guess = predict("00-width", QUESTION, reveal="The secret is 31.4159")
    assert "31.4159" not in json.dumps(guess.get_state(), default=str)
    guess.seal(3)
    assert "31.4159" in json.dumps(guess.get_state(), default=str)


def test_if_recording_fails_nothing_is_revealed(no_journal):
    called = []
    guess = predict("00-width", QUESTION, reveal=lambda: called.append(1) or 9.3)
    assert guess.seal(12) is None
    assert called == []
    assert (guess.sealed, guess.revealed) == (False, False)
    assert guess.state["trouble"]
    assert "could not be written" in guess.state["message"]
    assert "could not be written" in str(guess.error)


def test_a_sealed_prediction_stays_sealed_and_is_revealed_again():
    predict("00-width", QUESTION, unit="%", reveal=9.3).seal(12)
    again = predict("00-width", QUESTION, unit="%", reveal=9.3)
    assert again.value == 12.0
    assert again.answer == "You said 12 %, measured 9.3 %: off by 2.7 percentage points, a factor of 1.3."
    assert again.seal(50) == 12.0
    assert "first prediction counts and stays sealed: 12 %" in again.state["message"]
    assert on_disk()["value"] == 12.0


def test_a_new_kernel_reads_the_journal():
    predict("00-width", QUESTION, unit="%").seal(12)
    code = (
        "from scalinglab.exercises import predict\n"
        f"guess = predict('00-width', {QUESTION!r}, unit='%', reveal=lambda said: said / 2)\n"
        "print(guess.value, guess.answer)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "12.0 You said 12 %, measured 6 %: off by 6 percentage points, a factor of 2.\n"


def test_when_another_notebook_was_faster_its_prediction_counts():
    guess = predict("00-width", QUESTION, reveal=lambda said: said)
    Journal().seal("00-width", 7.0, question=QUESTION)
    assert guess.seal(12) == 7.0
    assert "stays sealed: 7" in guess.state["message"]
    assert "exactly right" in guess.answer


def test_two_widgets_of_one_key_agree():
    left, right = predict("00-width", QUESTION), predict("00-width", QUESTION)
    left.seal(12)
    assert right.value == 12.0


def test_a_panel_can_follow_the_value():
    guess, seen = predict("00-width", QUESTION), []
    guess.observe(lambda change: seen.append(change.new), "value")
    guess.seal(12)
    assert seen == [12.0]


def test_a_changed_question_shows_which_wording_was_answered():
    predict("00-width", "The old question?").seal(12)
    assert "earlier wording: The old question?" in predict("00-width", QUESTION).state["sealed"]


@pytest.mark.parametrize(
    ("reveal", "text"),
    [
        (9.3, "You said 12, measured 9.3: off by a factor of 1.3."),
        (lambda: 12, "You said 12, measured 12: exactly right."),
        (lambda said: 2 * said, "You said 12, measured 24: off by a factor of 2."),
        (lambda width=9.3: width, "You said 12, measured 9.3: off by a factor of 1.3."),
        (np.float32(12.25), "You said 12, measured 12.25: within 5 %."),
        (np.array(-3.0), "You said 12, measured -3: off by 15."),
        ("It **falls**.", "It falls."),
        (lambda said: f"Twice is {2 * said:g}.", "Twice is 24."),
    ],
)
def test_a_reveal_is_a_number_a_sentence_or_a_function(reveal, text):
    guess = predict("00-width", QUESTION, reveal=reveal)
    guess.seal(12)
    assert guess.answer == text
    assert guess.error is None


@pytest.mark.parametrize("bad", [lambda: 1 / 0, lambda: float("nan"), lambda: None, lambda: [1, 2], lambda: ""])
def test_an_error_in_the_reveal_is_a_sentence_and_visible_to_tests(bad):
    guess = predict("00-width", QUESTION, reveal=bad)
    guess.seal(12)
    assert guess.sealed
    assert not guess.revealed
    assert guess.error is not None
    assert guess.state["message"].startswith(f"The answer could not be worked out. {type(guess.error).__name__}")


def test_without_a_reveal_the_seal_is_all():
    guess = predict("00-width", QUESTION)
    guess.seal(12)
    assert (guess.sealed, guess.revealed, guess.state["message"]) == (True, False, "")


def test_choices_are_compared_as_texts():
    guess = predict("00-deeper", "Does depth help?", choices=["yes", "no"], reveal="no")
    with pytest.raises(ValueError, match="your prediction must be one of yes, no, got 'perhaps'"):
        guess.seal("perhaps")
    guess.seal("yes")
    assert guess.answer == 'You said "yes"; the answer is "no".'
    right = predict("00-wider", "Does width help?", choices=["yes", "no"], reveal="yes")
    right.seal("yes")
    assert right.answer == 'You said "yes": right.'


@pytest.mark.parametrize(
    ("arguments", "value", "sentence"),
    [
        ({}, "many", "be a number"),
        ({}, float("nan"), "be a finite number"),
        ({}, True, "be a finite number"),
        ({}, None, "be a finite number"),
        ({"low": 0, "high": 100}, 120, "be from 0 to 100"),
        ({"low": 0}, -1, "be at least 0"),
        ({"high": 5}, "6", "be at most 5"),
        ({"log": True}, 0, "be positive"),
    ],
)
def test_a_value_out_of_place_is_refused_in_one_voice(arguments, value, sentence):
    guess = predict("00-width", QUESTION, **arguments)
    with pytest.raises(ValueError, match=f"your prediction must {sentence}, got"):
        guess.seal(value)
    assert not guess.sealed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"key": "width"}, "key must be a chapter and a name"),
        ({"question": " "}, "question must be a text"),
        ({"choices": ["one"]}, "choices must be two or more"),
        ({"choices": ["a", "a"]}, "choices must be two or more"),
        ({"choices": ["a", "b"], "low": 1}, "must be left out when there are choices"),
        ({"low": 3, "high": 3}, "low must be below high"),
        ({"low": 0, "log": True}, "low must be positive"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        predict(**{"key": "00-width", "question": QUESTION, **arguments})


def test_marks_lie_between_the_ends_on_either_scale():
    linear = predict("00-a", QUESTION, low=0, high=100, reveal=150)
    linear.seal(25)
    assert linear.state["marks"] == [0.25, 1.0]
    log = predict("00-b", QUESTION, low=1, high=1e4, log=True, reveal=1000)
    log.seal(10)
    assert log.state["marks"] == pytest.approx([0.25, 0.75])  # 10 is one of four powers of ten


def messages(guess: Prediction, *contents: dict) -> list[dict]:
    """What Python sends back when the browser sends these messages."""
    sent = []
    guess.send = lambda content, buffers=None: sent.append(content)
    for content in contents:
        guess.receive(content)
    return sent


def test_the_browser_seals_by_a_message_and_always_gets_an_answer():
    guess = predict("00-width", QUESTION, low=0, high=100, reveal=9.3)
    assert messages(guess, {"type": "seal", "value": "120"}) == [{"type": "done"}]
    assert guess.state["message"] == "Your prediction must be from 0 to 100, got 120.0"
    assert messages(guess, {"type": "seal", "value": "12"}, {"type": "nonsense"}) == [{"type": "done"}] * 2
    assert guess.value == 12.0


def test_a_download_holds_the_whole_journal_and_loads_again(tmp_path, monkeypatch):
    predict("00-width", QUESTION).seal(12)
    guess = predict("00-depth", QUESTION)
    reply, _ = messages(guess, {"type": "download", "view": "a"})
    assert (reply["type"], reply["view"], reply["name"]) == ("journal", "a", "predictions.json")
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "elsewhere" / "predictions.json"))
    fresh, other = predict("00-depth", QUESTION), predict("00-width", QUESTION, reveal=12)
    fresh.load(reply["text"])
    assert fresh.state["message"] == "Loaded: 1 new prediction."
    assert (other.value, other.revealed) == (12.0, True)


def test_a_conflict_of_a_loaded_journal_is_told(tmp_path):
    theirs = Journal(tmp_path / "theirs.json")
    theirs.seal("00-width", 50.0, question=QUESTION)
    guess = predict("00-width", QUESTION)
    guess.seal(12)
    guess.load(theirs.text())
    assert guess.value == 12.0
    assert "00-width stays 12.0 as it was sealed here first; the loaded file says 50.0." in guess.state["message"]
    assert guess.state["trouble"]


def test_loading_nonsense_is_a_sentence():
    guess = predict("00-width", QUESTION)
    guess.load("<html>")
    assert "not plain JSON. Nothing was changed." in guess.state["message"]
    assert guess.error is not None


def test_a_damaged_journal_is_told_in_the_widget(journal_file):
    journal_file.write_text("{")
    guess = predict("00-width", QUESTION)
    assert "is damaged" in guess.state["message"]
    assert "set-aside" in guess.state["message"]


def test_an_export_without_widgets_shows_question_and_state():
    guess = predict("00-width", "Is <b>x</b> `<i>`?", reveal="<script>alert(1)</script>")
    assert "Not sealed yet" in exported(guess)
    guess.seal(12)
    page = exported(guess)
    assert "Is &lt;b&gt;x&lt;/b&gt; <code>&lt;i&gt;</code>?" in page
    assert "You said 12, sealed on" in page
    assert "<script>alert(1)" not in page


def exported(guess: Prediction) -> str:
    data, metadata = guess._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("predict(...)", outputs=[output])
    return HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]
