"""What waits for a prediction: closed with a sentence, opened by the seal or without one, and that is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scalinglab import _gates
from scalinglab.exercises import Journal, predict
from scalinglab.live import Axis, Lines, Panel, Prose, Slider, Table, chart, tie_out

LINE = chart(Lines(), x=Axis("x", "x", 0, 1), y=Axis("y", "y", 0, 1), title="t", description="d")
WAIT = "It opens when you have sealed your prediction above."


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    return tmp_path / "predictions.json"


def rows(slope: float) -> list[dict[str, float]]:
    return [{"x": x, "y": 0.321 * slope * x} for x in (0.0, 1.0)]


def panel(function=rows) -> Panel:
    return Panel(function, controls=[Slider("slope", 0, 1, 1)], charts=LINE, title="Slope", after="00-width")


def ask(key: str = "00-width", **rest):
    return predict(key, "How many?", low=0, high=9, reveal=3.0, **rest)


def everything() -> list:
    return [
        panel(),
        Table([{"answer": 0.321}], after="00-width"),
        tie_out([("answer", 0.321, 0.321, "-", "here")], after=["00-width"]),
        Prose("It is **0.321**.", after="00-width"),
    ]


def seen(one) -> str:
    """All that reaches the page of one shown value, as a notebook shows it."""
    data = one._repr_mimebundle_()
    widget = one._view if isinstance(one, Panel) else one._curtain
    html = "" if isinstance(one, Panel) else one._repr_html_()
    return repr(data) + html + repr(one) + repr(widget.get_state() if widget else "")


def test_nothing_of_it_leaves_python_before_the_seal():
    for one in everything():
        assert one.closed
        assert WAIT in repr(one)
        assert "0.321" not in seen(one)
        assert "image/svg+xml" not in one._repr_mimebundle_()[0]


def test_a_cell_shows_a_closed_panel_without_a_picture(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    panel()._ipython_display_()
    assert len(shown) == 1
    assert "image/svg+xml" not in shown[0]


def test_the_seal_opens_all_that_waited_for_it():
    asked, waiting = ask(), everything()
    asked.seal(2)
    for one in waiting:
        assert not one.closed
        assert WAIT not in repr(one)
    assert waiting[0].rows()[1]["y"] == 0.321
    assert waiting[0]._view.closed == ""
    assert "0.321" in waiting[1]._curtain.html
    assert "<strong>0.321</strong>" in waiting[3]._curtain.html
    assert Journal().read()["shown"] == {}


def test_what_is_made_after_the_seal_is_open_from_the_start():
    ask().seal(2)
    for one in everything():
        assert not one.closed
        assert getattr(one, "_curtain", None) is None
    assert panel().rows()


def test_the_button_opens_it_too_and_the_file_says_so(journal: Path):
    waiting = everything()
    waiting[1]._curtain._handle_custom_msg({"action": "show"}, [])
    assert [one.closed for one in waiting] == [False] * 4
    assert list(json.loads(journal.read_text())["shown"]) == ["00-width"]
    asked = ask()
    assert "You had the answer shown on" in repr(asked)
    asked.seal(2)
    assert ", after its answer was shown." in asked.state["sealed"]
    assert json.loads(journal.read_text())["predictions"]["00-width"]["shown_at"]


def test_a_panel_has_the_same_button():
    waiting = panel()
    waiting._view._handle_custom_msg({"action": "show"}, [])
    assert waiting.rows()
    assert waiting.status["state"] == "done"


def test_what_cannot_be_recorded_is_not_shown(journal: Path, monkeypatch: pytest.MonkeyPatch):
    waiting, table = panel(), everything()[1]
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(journal / "a file has no files in it" / "predictions.json"))
    journal.write_text("{}")
    waiting._view._handle_custom_msg({"action": "show"}, [])
    table._curtain._handle_custom_msg({"action": "show"}, [])
    assert waiting.closed
    assert table.closed
    assert waiting.status["error"].startswith("Not shown. predictions.json could not be")
    assert table._curtain.trouble == waiting.status["error"]


def test_several_predictions_are_all_waited_for():
    first, second = ask("00-width"), ask("00-depth")
    table = Table([{"answer": 1}], after=("00-width", "00-depth"))
    assert "when you have sealed both of your predictions above." in repr(table)
    more = Table([{"answer": 1}], after=("00-width", "00-depth", "00-more"))
    assert "when you have sealed your 3 open predictions above." in repr(more)
    first.seal(1)
    assert table.closed
    second.seal(1)
    assert not table.closed


def test_a_journal_that_is_loaded_opens_what_it_answers():
    table, asked = Table([{"answer": 1}], after="00-depth"), ask()
    asked.load('{"format": 1, "shown": {"00-depth": "2026-01-31T09:00:00Z"}}')
    assert not table.closed


def test_an_error_behind_the_curtain_is_a_sentence_and_visible_to_tests():
    def breaks(slope):
        raise ArithmeticError("no slope")

    waiting = panel(breaks)
    ask().seal(1)
    assert waiting.status["error"] == "ArithmeticError: no slope"
    with pytest.raises(ArithmeticError):
        waiting.wait()


def test_a_run_behind_the_curtain_goes_on_when_it_opens():
    def run(slope):
        for step in range(1, 4):
            yield {"rows": rows(slope)[:step], "done": step, "total": 3}

    waiting = panel(run)
    ask().seal(1)
    waiting.wait(5)
    assert waiting.status["done"] == 3


def test_without_exercises_nobody_keeps_the_gates(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_gates, "_keepers", [])
    with pytest.raises(ValueError, match=r"after must be left out, or scalinglab\.exercises imported first"):
        Table([{"a": 1}], after="00-width")
    assert not Table([{"a": 1}]).closed


def test_a_seal_refuses_what_nobody_can_judge_yet():
    plan, error = ask("00-plan"), ask("00-error", after=["00-plan"])
    assert error.seal(3) is None
    assert error.state["message"] == "Not sealed yet. First seal 00-plan."
    assert Journal().read()["predictions"] == {}
    plan.seal(1)
    assert error.seal(3) == 3
    with pytest.raises(ValueError, match="key"):
        ask("00-other", after=["no key"])


@pytest.mark.parametrize("shown", ['{"00-a": 3}', "[]"])
def test_a_journal_whose_shown_answers_make_no_sense_is_refused(shown: str):
    asked = ask()
    asked.load(f'{{"format": 1, "shown": {shown}}}')
    assert "damaged" in asked.state["message"]


def test_prose_knows_paragraphs_lists_and_a_little_markup():
    prose = Prose("One `a < b`\nline.\n\n- *first*\n- **second**\n\nLast.", after=())
    points = "<ul><li><em>first</em></li><li><strong>second</strong></li></ul>"
    assert prose._repr_html_() == f"<p>One <code>a &lt; b</code> line.</p>{points}<p>Last.</p>"
    assert repr(prose) == "One a < b line.\n\n- first\n\n- second\n\nLast."
    folded = Prose("1. One.\n2. *Two*.\n\n- a\n- b", after=(), fold="What you *should* see")
    lists = "<ol><li>One.</li><li><em>Two</em>.</li></ol><ul><li>a</li><li>b</li></ul>"
    assert folded._repr_html_() == f"<details><summary>What you <em>should</em> see</summary>{lists}</details>"
    formulas = Prose(r"**Width $N^b$** is `$5`, $a * b * c < \alpha$.", after=())
    assert formulas._repr_html_() == (
        r"<p><strong>Width $N^b$</strong> is <code>$5</code>, $a * b * c &lt; \alpha$.</p>"
    )
    assert repr(Prose("*First*: $a * b * c$ and `d * e`.", after=())) == "First: $a * b * c$ and d * e."
    with pytest.raises(ValueError, match="text must be a few sentences"):
        Prose(" ", after="00-width")
