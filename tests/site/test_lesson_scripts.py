"""The scripts of a page say of predictions, journals and the map what Python says, to the last letter."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import scalinglab.site
from scalinglab.exercises import Journal, JournalError, Prediction, predict
from scalinglab.exercises.progress.standing import standing
from scalinglab.exercises.quiz_items import Item, Option
from scalinglab.exercises.quizzes import QuizQuestion
from scalinglab.exercises.wording import amount, compare, factor, pieces, position
from scalinglab.site.answers import answers_of
from scalinglab.site.lesson import course_script, lesson_part
from scalinglab.site.parts import Cell, Executed, Output
from tests.exercises.test_journal import DAMAGED

pytestmark = pytest.mark.xdist_group("browser")

STATIC = Path(scalinglab.site.__file__).parent / "static"
SCRIPTS = ("page_model.js", "wording.js", "journal.js", "standing.js", "lesson_models.js")
#: Numbers whose last digit is a half, which Python gives to the even digit, and other corners of formats.
CORNERS = [0.0, -0.0, 12.5, 0.125, 1234.5, 1235.5, 2.5, 9.995, 999.95, 9999.5, 99995.0, 123456.5, 1e6, 999999.5, 1e-3]
CORNERS += [9.9995e-4, 0.1, 1 / 3, 1e16, 123456789012345680.0, 1e-5, 1.5e-7, 5e-324, 1e300, 100.0, 94.0, 99.99, 0.05]


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page from a disk with the scripts of a lesson and nothing else."""
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "course.js").write_bytes(course_script({}))
    sources = [(STATIC / name).as_uri() for name in SCRIPTS]
    tags = "".join(f'<script src="{source}"></script>' for source in [*sources, "course.js"])
    (folder / "page.html").write_text(f'<!doctype html><meta charset="utf-8"><title>Lesson</title>{tags}')
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto((folder / "page.html").as_uri())
    yield page
    context.close()
    assert problems == []


@pytest.fixture(autouse=True)
def _empty(page: Page) -> None:
    page.evaluate("localStorage.clear()")


def numbers(count: int) -> list[float]:
    draw = random.Random(0)
    spread = [draw.choice([1, -1]) * 10 ** draw.uniform(-8, 12) for _ in range(count)]
    halves = [draw.randrange(10**5) + 0.5 for _ in range(count)] + [draw.randrange(10**4) / 8 for _ in range(count)]
    return (
        CORNERS + spread + halves + [round(one, 2) for one in spread] + [float(draw.randrange(101)) for _ in range(20)]
    )


def in_words(page: Page, function: str, cases: list) -> list:
    """What a function of the page says of each case; as one text, since playwright is slow with many numbers."""
    return json.loads(page.evaluate(f"(text) => JSON.stringify(JSON.parse(text).map({function}))", json.dumps(cases)))


def test_numbers_are_written_as_python_writes_them(page):
    values = numbers(300)
    function = "(v) => { const { amount, written, general, whole } = scalinglab.wording;"
    function += " return [amount(v, '%'), written(v), general(v, 2), general(v, 6), whole(v)] }"
    for value, found in zip(values, in_words(page, function, values), strict=True):
        assert found == [amount(value, "%"), repr(value), f"{value:.2g}", f"{value:g}", f"{value:,.0f}"]


def test_a_guess_is_compared_in_the_same_words(page):
    draw, values = random.Random(1), numbers(150)
    pairs = [(draw.choice(values), draw.choice(values)) for _ in range(600)]
    pairs += [
        (one, one * factor) for one in values for factor in (1.0, 1.04, 1.05, 1.06, 2.0, 9.95, 10.5, 12.5, 9999.5)
    ]
    pairs += [(draw.randrange(101) / draw.choice([1, 2, 8]), draw.randrange(101) / 4) for _ in range(200)]
    cases = [(*pair, unit) for pair in pairs for unit in ("", "%", "nats", "times", "power of ten")]
    function = "([a, b, u]) => { const { compare, factor, position } = scalinglab.wording;"
    function += " return [compare(a, b, u), factor(a, b, u), position(a, 1, 100, true)] }"
    for (mine, theirs, unit), (words, off, place) in zip(cases, in_words(page, function, cases), strict=True):
        assert words == compare(mine, theirs, unit)
        assert math.isclose(math.inf if off is None else off, factor(mine, theirs, unit), rel_tol=1e-15)
        assert math.isclose(place, position(mine, 1, 100, log=True), abs_tol=1e-14)


def test_markup_is_cut_in_the_same_pieces(page):
    texts = ["a `b` **c** d", "**1.** What?", "`", "``", "** **", "a*b*c `x**y**`", "", "**a `b` c**", "<b>`<i>`"]
    assert page.evaluate("(all) => all.map(scalinglab.wording.pieces)", texts) == [
        [list(one) for one in pieces(text)] for text in texts
    ]


# ---- the journal ----------------------------------------------------------------------------------------------------

MERGED = "(text) => { try { return scalinglab.journal.merge(text).message } catch (error) { return error.message } }"


def in_browser(page: Page) -> dict[str, Any]:
    return json.loads(page.evaluate("scalinglab.journal.text()"))


def a_journal(number: int) -> str:
    """Some predictions, attempts and hints, which overlap with those of other numbers."""
    draw = random.Random(number)
    data: dict[str, Any] = {"format": 1, "predictions": {}, "attempts": {}, "hints": {}, "shown": {}, "answers": {}}
    for key in draw.sample(["00-width", "01-data", "05-quiz-1", "05-quiz-2", "__proto__", "constructor"], 4):
        value = draw.choice([12.0, 9.3, 1e-5, 3.0, "größer 更大", "Two."])
        data["predictions"][key] = {"question": "?", "value": value, "unit": "%", "sealed_at": f"2026-01-0{number}"}
        data["attempts"][key] = [{"at": f"{draw.randrange(3)}", "points": 1, "max_points": 2} for _ in range(3)]
        data["hints"][key] = draw.randrange(4)
        data["shown"][key] = f"2026-0{draw.randrange(1, 9)}"
        data["answers"][key] = draw.choice([1.5, "Two."])
    data["attempts"]["00-parameters"] = [{"points": 10, "at": "2", "max_points": 10, "seed": None}]
    return json.dumps(data | {"course": f"autumn {number}"})


def test_a_loaded_journal_is_merged_as_python_merges_it(page):
    for number in range(1, 8):
        text = a_journal(number)
        assert page.evaluate(MERGED, text) == Journal().merge(text).message
        assert in_browser(page) == json.loads(Journal().text())
    assert page.evaluate("({}).points") is None


@pytest.mark.parametrize("first", ["there", "not there"])
def test_a_journal_travels_to_jupyterlab_and_back(page, first):
    if first == "there":
        Journal().seal("00-width", 50.0, question="?", unit="%")
    page.evaluate("scalinglab.journal.seal('00-width', 12.5, 'How many?', '%')")
    page.evaluate("scalinglab.journal.addAttempt('05-quiz-1', 1, 1, 'Two.')")
    page.evaluate("scalinglab.journal.show(['00-width', '01-data'])")
    Journal().merge(page.evaluate("scalinglab.journal.text()"))
    assert Journal().sealed("00-width")["value"] == (50.0 if first == "there" else 12.5)
    assert (Journal().attempts("05-quiz-1")[0]["seed"], Journal().shown_at("00-width")) == (None, "")
    assert Journal().shown_at("01-data")
    assert "stays 12.5" in page.evaluate(MERGED, Journal().text()) or first == "not there"


#: What a person may choose who looks for the right file, or who wants to break the page.
HOSTILE = {name: content.decode("utf-8", "replace") for name, content in DAMAGED.items()} | {
    "a page": "<html><script>alert(1)</script></html>",
    "too long": " " * 5_000_001,
    "deep within": '{"format": 1, "attempts": {"00-a": [{"at": "", "deep": ' + "[" * 2000 + "]" * 2000 + "}]}}",
    "a million digits": '{"format": 1, "answers": {"00-a": 1' + "0" * 4000 + "}}",
    "true": '{"format": 1, "answers": {"00-a": true}}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_something_else_than_a_journal_is_one_sentence_and_changes_nothing(page, content):
    page.evaluate("scalinglab.journal.seal('00-width', 12.5, 'How many?', '%')")
    before = in_browser(page)
    said = page.evaluate(MERGED, content)
    assert said.startswith("The loaded file ")
    assert said.endswith("Nothing was changed.")
    assert in_browser(page) == before
    with pytest.raises(JournalError) as problem:
        Journal().merge(content)
    assert said == str(problem.value)


def test_of_many_attempts_each_is_taken_once_and_more_than_the_browser_keeps_is_refused(page):
    page.evaluate("scalinglab.journal.seal('00-width', 12.5, 'How many?', '%')")
    many = [{"at": "", "points": 1, "max_points": 1, "n": number % 100} for number in range(40_000)]
    text = json.dumps({"format": 1, "attempts": {"00-parameters": many}}, separators=(",", ":"))
    assert page.evaluate(MERGED, text) == "Loaded: 0 new predictions."
    assert len(in_browser(page)["attempts"]["00-parameters"]) == 100
    before = in_browser(page)
    assert page.evaluate("scalinglab.standing(scalinglab.journal).rows[0].earned") == 10
    large = json.dumps({"format": 1, "attempts": {"00-parameters": [one | {"n": n} for n, one in enumerate(many)]}})
    for text in (large, large.replace('"00-parameters"', '"00-other"')):
        said = page.evaluate(MERGED, text)
    assert said == "The loaded file holds more than this browser keeps. Nothing was changed."
    assert page.evaluate("scalinglab.journal.trouble") == ""
    assert in_browser(page)["predictions"] == before["predictions"]


def test_a_damaged_journal_of_the_browser_is_set_aside(page):
    page.evaluate("localStorage.setItem('scalinglab/predictions.json', '{')")
    assert page.evaluate("scalinglab.journal.sealed('00-width') ?? null") is None
    (notice,) = page.evaluate("scalinglab.journal.notices.splice(0)")
    assert notice.startswith("predictions.json is damaged: it is not plain JSON. It was kept as predictions.set-aside-")
    kept = page.evaluate("Object.entries(localStorage).filter(([name]) => name.includes('set-aside'))")
    assert [text for _, text in kept] == ["{"]


@pytest.mark.parametrize("storage", ["undefined", "{ getItem: () => null, setItem() { throw new Error('full') } }"])
def test_where_the_browser_keeps_nothing_a_sentence_says_so_and_the_page_goes_on(page, storage):
    found = page.evaluate(
        f"""() => {{ const journal = new scalinglab.Journal({storage});
            journal.seal("00-width", 3, "?", "");
            return [journal.sealed("00-width").value, journal.trouble] }}"""
    )
    assert found[0] == 3
    assert found[1].startswith("This browser keeps no data of this page. Download your journal")


# ---- the map --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 6))
def test_the_map_says_of_a_journal_what_jupyterlab_says(page, number):
    Journal().merge(a_journal(number))
    page.evaluate(MERGED, a_journal(number))
    ours = page.evaluate("scalinglab.standing(scalinglab.journal, '05')")
    theirs = json.loads(json.dumps(standing(Journal(), here="05", folder=Path("/nowhere"))))
    for row in theirs["rows"]:
        del row["file"]
    assert ours == theirs


# ---- predictions and quizzes ----------------------------------------------------------------------------------------

ASKED = {
    "a share": {"unit": "%", "low": 0, "high": 100, "reveal": 9.3},
    "a number on a scale": {"low": 1, "high": 1e4, "log": True, "reveal": 1000},
    "a positive number": {"log": True, "reveal": lambda: 2},
    "from": {"low": 0.5, "unit": "bits", "reveal": 3.0},
    "to": {"high": 5, "reveal": "It **falls** to `5`."},
    "a choice": {"choices": ["12", "120"], "reveal": "120"},
    "a choice and a number": {"choices": ["12", "yes"], "reveal": 1 / 3, "unit": "%"},
    "by the choice": {"choices": ["12", "0", "yes"], "reveal": lambda said: f"You said `{said}`."},
    "a broken reveal": {"reveal": lambda: 1 / 0},
    "nothing to reveal": {},
}


def parts(*asked: Prediction) -> list[dict[str, Any]]:
    """The traits of predictions as a page holds them."""
    cells = [Cell(str(place), "code", "", outputs=(Output(one, {}),)) for place, one in enumerate(asked)]
    chapter = Executed("00_start_here", "", tuple(cells))
    made = [lesson_part(cell.outputs[0], cell, chapter) for cell in cells]
    return [traits for part in made if part for traits in part.models.values()]


def without_times(state: Any) -> Any:
    """A state whose times are gone: Python and the page may seal in different minutes."""
    return json.loads(re.sub(r"on \d{4}-\d\d-\d\d at \d\d:\d\d UTC", "on TIME", json.dumps(state)))


#: Make the models of a page, send messages to the last one, and return its states.
ANSWERED = """async ([all, contents]) => {
  const models = all.map((traits) => new scalinglab.PageModel(traits, scalinglab.kernels.predict(traits)));
  models.forEach((model) => model.kernel.start(model));
  const states = [];
  for (const content of contents) {
    models.at(-1).send(content);
    await new Promise((resolve) => setTimeout(resolve));
    await models.at(-1).kernel.shown;
    states.push(models.at(-1).get("state"));
  }
  return states;
}"""


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_each_message_leads_to_the_state_that_python_shows(page, asked):
    guess = predict("00-width", "How many `percent`?", **asked)
    texts = asked.get("choices", ["-1", "0", "1e400", "0.2", "7", "120", "12.5", "5", "6"])
    contents = [{"type": "seal", "value": text} for text in texts]
    found = page.evaluate(ANSWERED, [parts(guess), contents])
    follows = "The panels of this page do not know your choices. In JupyterLab they do."
    for content, state in zip(contents, found, strict=True):
        guess.receive(content)
        expected = json.loads(json.dumps(guess.state))
        if state["message"] == follows:
            state["message"] = ""
        assert without_times(state) == without_times(expected), content
    for section in ("answers",):
        assert in_browser(page)[section] == Journal().read()[section]


def test_a_quiz_is_tried_until_it_is_right(page):
    texts = {"Eleven.": "That is for texts.", "Two.": "One more.", "One.": "You **multiplied**."}
    options = tuple(Option(text, why, right=text == "Two.") for text, why in texts.items())
    question = QuizQuestion("05", 1, Item("What **is** `1 + 1`?", options))
    contents = [{"type": "seal", "value": text} for text in ("Eleven.", "Eleven.", "One.", "Two.", "Eleven.")]
    found = page.evaluate(ANSWERED, [parts(question), contents])
    for content, state in zip(contents, found, strict=True):
        question.receive(content)
        assert without_times(state) == without_times(question.state)
    mine, theirs = in_browser(page)["attempts"]["05-quiz-1"], Journal().attempts("05-quiz-1")
    assert [one | {"at": ""} for one in mine] == [one | {"at": ""} for one in theirs]


@pytest.mark.parametrize("longest", [4000, 0], ids=["on the page", "in files"])
def test_what_depends_on_earlier_choices_is_worked_out_for_all_of_them(page, longest, monkeypatch):
    monkeypatch.setattr("scalinglab.site.answers._LONGEST", longest)
    first = predict("13-network", "Which?", choices=["a", "b"])
    second = predict(
        "13-width",
        "How wide?",
        choices=["1", "2"],
        after=["13-network"],
        reveal=lambda said: f"A {first.value} of {said}.",
    )
    third = predict(
        "13-error",
        "How much?",
        after=["13-network", "13-width"],
        reveal=lambda: {"a": 1, "b": 2}[first.value] * int(second.value),
    )
    known = {"13-network": first, "13-width": second}
    files = [script for one in (second, third) for script in answers_of(one, known).files.values()]
    assert len(files) == (0 if longest else 2)
    for script in files:
        page.evaluate(script.decode())
    seal = [{"type": "seal", "value": value} for value in ("b", "2", "5")]
    states = [
        page.evaluate(ANSWERED, [parts(first, second, third)[: place + 1], seal[: place + 1][-1:]])[-1]
        for place in range(3)
    ]
    assert [one["reveal"] for one in states] == [
        [],
        [[["text", "A b of 2."]]],
        [[["text", "You said 5, measured 4: off by a factor of 1.2."]]],
    ]
    assert (first.value, second.value) == (None, None)


def test_a_prediction_waits_for_those_before_it(page):
    guess = predict("13-error", "How much?", reveal=3, after=["13-network", "13-width"])
    (state,) = page.evaluate(ANSWERED, [parts(guess), [{"type": "seal", "value": "5"}]])
    guess.receive({"type": "seal", "value": "5"})
    assert state == json.loads(json.dumps(guess.state))


def test_too_many_answers_are_not_worked_out():
    many = [str(number) for number in range(200)]
    first, second = (predict(f"13-{name}", "?", choices=many) for name in ("a", "b"))
    last = predict("13-c", "?", after=["13-a", "13-b"], reveal=lambda: 1)
    held = answers_of(last, {"13-a": first, "13-b": second}).held
    assert held is not None
    assert "JupyterLab" in held["error"]
