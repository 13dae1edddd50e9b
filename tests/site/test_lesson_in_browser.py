"""A lesson on a page: what is sealed, what opens then, what is kept, and what a loaded file may do."""

from __future__ import annotations

import json
import os

import pytest
from playwright.sync_api import Page, expect

from scalinglab.exercises import Journal
from tests.site.conftest import Visit
from tests.site.test_lesson_scripts import HOSTILE
from tests.site.test_pages_in_browser import bring_to_life

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif("SCALINGLAB_SITE" in os.environ, reason="is about the small chapters"),
]
KEPT = "JSON.parse(localStorage.getItem('scalinglab/predictions.json'))"
CLOSED = "shows the answer. It opens when you have sealed"


@pytest.fixture
def first(visit: Visit) -> Page:
    """The first chapter, of which nothing is sealed."""
    return fresh(visit, "00_first.html")


def fresh(visit: Visit, name: str) -> Page:
    visit.forget()
    page = visit.go(name)
    bring_to_life(page)
    return page


def seal(page: Page, value: str) -> None:
    page.get_by_label("Your prediction (%)").fill(value)
    page.keyboard.press("Enter")


def test_a_sealed_prediction_is_compared_and_opens_what_waits_for_it(first, visit):
    expect(first.get_by_text(CLOSED)).to_have_count(3)
    assert "18.5" not in first.locator("main").inner_text()
    seal(first, "12")
    told = "You said 12 %, measured 18.5 %: off by 6.5 percentage points, a factor of 1.5."
    expect(first.locator(".slab-predict-reveal")).to_have_text(told)
    expect(first.get_by_text(CLOSED)).to_have_count(0)
    expect(first.get_by_role("region", name="Run", exact=True).locator("canvas").first).to_be_visible()
    expect(first.get_by_role("cell", name="2.25")).to_be_visible()
    first.locator("summary", has_text="What you should have seen").click()
    answer = first.get_by_role("region", name="Answer").first
    expect(answer.locator("math")).to_have_text("18.5")
    expect(answer.locator("code, strong")).to_have_text(["width", "small"])
    expect(first.get_by_role("button", name="1 of 1 sealed in chapter 00: show what I said")).to_be_visible()
    # It is still there in the next chapter, on the map and after a reload.
    visit.go("index.html")
    expect(first.get_by_text("1 of 90 predictions and quiz questions sealed.")).to_be_visible()
    visit.go("00_first.html")
    bring_to_life(first)
    expect(first.locator(".slab-predict-reveal")).to_have_text(told)
    expect(first.get_by_text(CLOSED)).to_have_count(0)


def test_a_value_out_of_range_is_told_and_not_sealed(first):
    seal(first, "120")
    expect(first.get_by_role("status").first).to_have_text("Your prediction must be from 0 to 100, got 120.0")
    assert first.evaluate(KEPT) is None


def test_shown_without_predicting_is_recorded(first):
    first.get_by_role("button", name="Show without predicting").first.click()
    expect(first.get_by_text(CLOSED)).to_have_count(0)
    expect(first.locator(".slab-predict-status").first).to_contain_text("You had the answer shown on")
    assert list(first.evaluate(KEPT)["shown"]) == ["00-width"]
    seal(first, "12")
    expect(first.locator(".slab-predict-sealed").first).to_contain_text("UTC, after its answer was shown.")
    assert "shown_at" in first.evaluate(KEPT)["predictions"]["00-width"]


def test_the_journal_goes_to_jupyterlab_and_back(first):
    seal(first, "12")
    first.get_by_text("My journal", exact=True).click()
    expect(first.locator(".slab-predict .slab-map-row")).to_have_count(14)
    with first.expect_download() as download:
        first.get_by_role("button", name="Download my journal").click()
    assert download.value.suggested_filename == "predictions.json"
    text = download.value.path().read_text(encoding="utf-8")
    assert Journal().merge(text).message == "Loaded: 1 new prediction."
    assert Journal().sealed("00-width")["value"] == 12.0

    Journal().seal("01-data", "It falls", question="What happens with more data?")
    Journal().add_attempt("00-parameters", points=10, max_points=10, diagnosis=None, seed=3)
    load(first, Journal().text())
    expect(first.get_by_role("status").first).to_have_text("Loaded: 1 new prediction.")
    expect(first.locator(".slab-predict .slab-map-summary")).to_contain_text(
        "1 of 14 chapters done, 10 of 685 points, 2 of 90"
    )
    assert first.evaluate(KEPT)["attempts"] == Journal().read()["attempts"]


def load(page: Page, text: str) -> None:
    file = {"name": "predictions.json", "mimeType": "application/json", "buffer": text.encode("utf-8", "replace")}
    page.get_by_label("Load a downloaded journal").set_input_files(file)


def test_a_journal_of_jupyterlab_is_loaded_on_the_map_and_downloaded_there(first, visit):
    Journal().seal("00-width", 12.0, question="?", unit="%")
    page = visit.go("index.html")
    bring_to_life(page)
    expect(page.locator(".slab-map-summary").first).to_contain_text("0 of 90")
    load(page, Journal().text())
    status = page.get_by_role("group", name="My journal").get_by_role("status")
    expect(status).to_have_text("Loaded: 1 new prediction.")
    expect(page.locator(".slab-map-summary").first).to_contain_text("1 of 90")
    load(page, Journal().text().replace("12.0", "13.0"))
    expect(status).to_contain_text("00-width stays 12.0 as it was sealed here first; the loaded file says 13.0.")
    before = page.evaluate(KEPT)
    for name in ("a page", "too long", "wrong entry"):
        load(page, HOSTILE[name])
        expected = "too large to be a journal." if name == "too long" else "Nothing was changed."
        expect(status).to_contain_text(expected)
        assert page.evaluate(KEPT) == before, name
        load(page, '{"format": 1}')
        expect(status).to_have_text("Loaded: 0 new predictions.")
        before = page.evaluate(KEPT)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my journal").click()
    assert download.value.suggested_filename == "predictions.json"
    assert json.loads(download.value.path().read_text(encoding="utf-8")) == before


def test_a_file_that_is_no_journal_gets_one_sentence(first):
    seal(first, "12")
    first.get_by_text("My journal", exact=True).click()
    before = first.evaluate(KEPT)
    for name in ("a page", "too long", "deep within", "wrong entry"):  # all of them: test_lesson_scripts.py
        load(first, HOSTILE[name])
        expected = "too large to be a journal." if name == "too long" else "Nothing was changed."
        expect(first.get_by_role("status").first).to_contain_text(expected)
        assert first.evaluate(KEPT) == before, name
        load(first, '{"format": 1}')
        expect(first.get_by_role("status").first).to_have_text("Loaded: 0 new predictions.")
        before = first.evaluate(KEPT)


def test_what_stands_in_a_loaded_journal_is_only_text(first):
    evil = "<img src=x onerror='document.title = 1'>"
    record = {"question": evil, "value": evil, "unit": evil, "sealed_at": evil, "shown_at": evil}
    first.get_by_text("My journal", exact=True).click()
    load(
        first,
        json.dumps({"format": 1, "predictions": {"00-width": record, evil: record}, "answers": {"00-width": evil}}),
    )
    expect(first.locator(".slab-predict-sealed").first).to_contain_text("onerror")
    assert first.locator(".sl-site-widget img").count() == 0
    assert first.title() != "1"


def test_a_quiz_takes_further_tries_and_two_predictions_open_a_text(visit):
    page = fresh(visit, "01_second.html")
    expect(page.get_by_text(f"This text {CLOSED} both of your predictions above.")).to_be_visible()
    page.get_by_label("It rises").check()
    page.get_by_role("button", name="Seal my prediction").first.click()
    expect(page.get_by_text('You said "It rises"; the answer is "It falls".')).to_be_visible()
    page.get_by_label("Your prediction").last.fill("20")
    page.keyboard.press("Enter")
    expect(page.locator(".slab-predict-line")).to_be_visible()
    expect(page.get_by_role("region", name="Answer").locator("math")).to_be_visible()

    quiz = page.get_by_role("region", name="Question 1 of the quiz of chapter 01")
    choices = quiz.get_by_role("radio")
    for number in range(choices.count()):
        if not choices.nth(number).is_visible():
            break
        choices.nth(number).check()
        quiz.get_by_role("button", name="Choose").click()
        expect(quiz.locator(".slab-predict-tries p")).to_have_count(number + 1)
    expect(quiz.get_by_text("✓ Right.")).to_have_count(1)
    kept = page.evaluate(KEPT)
    tries = len(kept["attempts"].get("01-quiz-1", []))
    assert "01-quiz-1" in kept["predictions"]
    assert quiz.locator(".slab-predict-tries p").count() == tries + 1


def test_hints_are_shown_one_by_one_and_counted(first):
    box = first.locator('[data-widget="hint"]')
    expect(box).to_contain_text("Hint 1 of 3 is waiting.")
    for seen in (1, 2, 3):
        box.get_by_role("button").click()
        expect(box).to_contain_text(f"Hint {seen} of 3.")
        assert first.evaluate(KEPT)["hints"] == {"00-parameters": seen}
    expect(box.get_by_role("button")).to_be_hidden()
    box.get_by_role("link", name="run this chapter").click()
    expect(first.get_by_role("link", name="download the notebook")).to_be_visible()


def test_where_the_browser_keeps_nothing_the_page_says_so_and_works(browser, visit):
    context = browser.new_context(offline=True)
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })")
    page = context.new_page()
    page.goto((visit.folder / "00_first.html").as_uri())
    bring_to_life(page)
    sentence = "This browser keeps no data of this page. Download your journal before you leave"
    expect(page.get_by_role("status").first).to_contain_text(sentence)
    seal(page, "12")
    expect(page.locator(".slab-predict-reveal")).to_contain_text("measured 18.5 %")
    expect(page.get_by_role("status").first).to_contain_text(sentence)
    expect(page.get_by_text(CLOSED)).to_have_count(0)
    context.close()


def test_two_tabs_share_what_is_sealed(first, visit):
    other = first.context.new_page()
    other.goto((visit.folder / "00_first.html").as_uri())
    bring_to_life(other)
    seal(first, "12")
    expect(other.locator(".slab-predict-reveal")).to_contain_text("measured 18.5 %")
    other.close()
