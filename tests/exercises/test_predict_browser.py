"""The widget in a real browser, without Jupyter: ``predict.js`` on a blank page, talking to a real ``Prediction``.

A model of twenty lines stands in for anywidget's: it hands messages to Python and takes states and messages back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scalinglab.exercises import Journal, Prediction, predict
from scalinglab.exercises.quiz_items import Item, Option
from scalinglab.exercises.quizzes import QuizQuestion
from tests.browser.accessible import serious
from tests.course.notebooks import CHAPTERS, COURSE

pytestmark = pytest.mark.xdist_group("browser")

QUESTION = "How many percent of the digits will `width = 64` misread?"
PAGE = """<!doctype html><html lang="en"><head><title>Predict</title><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="predict.css"></head><body><main><h1>Chapter</h1></main></body></html>"""
MODEL = """async (traits) => {
  const { default: widget } = await import("/predict.js");
  const handlers = {};
  const emit = (name, content) => (handlers[name] ?? []).slice().forEach((handler) => handler(content));
  const model = {
    get: (name) => traits[name],
    set: (name, value) => {
      if (JSON.stringify(traits[name]) === JSON.stringify(value)) return;
      traits[name] = value;
      emit(`change:${name}`);
    },
    save_changes: () => window.python({ type: "draft", draft: traits.draft }),
    on: (name, handler) => (handlers[name] ??= []).push(handler),
    off: (name, handler) => (handlers[name] = (handlers[name] ?? []).filter((other) => other !== handler)),
    send: async (content) => {
      const reply = await window.python(content);
      reply.states.forEach((state) => model.set("state", state));
      reply.messages.forEach((message) => emit("msg:custom", message));
    },
  };
  window.model = model;
  window.handlers = handlers;
  window.leave = [];
  window.show = () => {
    const el = document.createElement("div");
    document.querySelector("main").append(el);
    window.leave.push(widget.render({ model, el }));
  };
  window.show();
}"""
#: The colours of JupyterLab 4's two themes that the widget uses.
THEMES = {
    "light": {
        "--jp-ui-font-color1": "rgba(0, 0, 0, 0.87)",
        "--jp-ui-font-color2": "rgba(0, 0, 0, 0.54)",
        "--jp-layout-color0": "#fff",
        "--jp-layout-color1": "#fff",
        "--jp-layout-color2": "#eee",
        "--jp-border-color1": "#bdbdbd",
        "--jp-brand-color1": "#1976d2",
    },
    "dark": {
        "--jp-ui-font-color1": "rgba(255, 255, 255, 0.87)",
        "--jp-ui-font-color2": "rgba(255, 255, 255, 0.54)",
        "--jp-layout-color0": "#111",
        "--jp-layout-color1": "#212121",
        "--jp-layout-color2": "#424242",
        "--jp-border-color1": "#616161",
        "--jp-brand-color1": "#2196f3",
    },
}


def answer(content: dict) -> dict:
    """What the Python side says."""
    return PYTHON[-1](content)


@contextmanager
def blank(browser: Browser) -> Iterator[Page]:
    """A page that reaches no network: all three files are served from here."""
    files = {
        "/": (PAGE, "text/html"),
        "/predict.js": (Prediction._esm, "text/javascript"),
        "/predict.css": (Prediction._css, "text/css"),
    }

    def serve(route) -> None:
        body, kind = files.get("/" + route.request.url.split("/", 3)[3], ("", "text/plain"))
        route.fulfill(body=body, content_type=kind)

    context = browser.new_context(viewport=VIEW, accept_downloads=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.route("**/*", serve)
    page.expose_function("python", answer)
    yield page
    context.close()
    assert problems == []


#: What answers the page: the Python side of the widget that was shown last.
PYTHON: list[Callable[[dict], dict]] = []
VIEW = {"width": 820, "height": 420}


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[Page]:
    with blank(browser) as page:
        yield page


@pytest.fixture
def page(one_page: Page) -> Page:
    """The page that the tests share, as it was at first; ``show`` loads it anew."""
    one_page.set_viewport_size(VIEW)
    one_page.emulate_media(color_scheme="light")
    return one_page


def show(page: Page, guess: Prediction) -> None:
    """Open the page and show the widget there, connected to its Python side."""
    messages: list[dict] = []
    states: list[dict] = []
    guess.send = lambda content, buffers=None: messages.append(content)
    guess.observe(lambda change: states.append(change.new), "state")

    def python(content: dict) -> dict:
        messages.clear()
        states.clear()
        if content["type"] == "draft":
            guess.draft = content["draft"]
        else:
            guess.receive(content)
        return {"states": list(states), "messages": list(messages)}

    PYTHON[:] = [python]
    mount(page, guess)


def mount(page: Page, guess: Prediction) -> None:
    page.goto("http://notebook.test/")
    traits = {name: getattr(guess, name) for name in ("setup", "state", "draft")}
    page.evaluate(MODEL, json.loads(json.dumps(traits)))


def theme(page: Page, name: str) -> None:
    rules = ";".join(f"{variable}:{value}" for variable, value in THEMES[name].items())
    page.add_style_tag(
        content=f":root{{{rules};color-scheme:{name}}} body{{background:{THEMES[name]['--jp-layout-color0']};}}"
    )


def test_by_keyboard_alone_a_prediction_is_typed_sealed_and_revealed(page):
    seen = []
    guess = predict(
        "00-width", QUESTION, unit="%", low=0, high=100, reveal=lambda: seen.append(Journal().read()) or 9.3
    )
    show(page, guess)
    assert "9.3" not in page.content()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your prediction (%)")).to_be_focused()
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Seal my prediction")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("measured 9.3 %: off by 2.7 percentage points, a factor of 1.3.")).to_be_visible()
    expect(page.get_by_label("Your prediction (%)")).to_be_hidden()
    expect(page.locator(".slab-predict-answer")).to_be_focused()
    assert seen[0]["predictions"]["00-width"]["value"] == 12.0
    page.keyboard.press("Tab")
    expect(page.locator("summary")).to_be_focused()


def test_nothing_typed_and_numbers_out_of_range_are_told(page):
    guess = predict("00-width", QUESTION, low=0, high=100)
    show(page, guess)
    page.get_by_role("button", name="Seal my prediction").click()
    expect(page.get_by_role("status")).to_have_text("Type a number first.")
    for _ in range(2):  # the second time the state does not change, and the widget must not wait for a change
        page.get_by_label("Your prediction").fill("120")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Your prediction must be from 0 to 100, got 120.0")
    assert not guess.sealed


def test_choices_are_radio_buttons(page):
    guess = predict("00-deeper", "Does depth help?", choices=["yes", "no"], reveal="no")
    show(page, guess)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("no")).to_be_checked()
    page.get_by_role("button", name="Seal my prediction").click()
    expect(page.get_by_text('You said "no": right.')).to_be_visible()


def test_two_views_share_what_is_typed_and_sealed(page):
    guess = predict("00-width", QUESTION, reveal=9.3)
    show(page, guess)
    page.evaluate("window.show()")
    boxes = page.get_by_label("Your prediction")
    boxes.nth(0).fill("12")
    expect(boxes.nth(1)).to_have_value("12")
    page.get_by_role("button", name="Seal my prediction").nth(1).click()
    expect(page.get_by_text("off by a factor of 1.3")).to_have_count(2)
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map((n) => n.id)).size") == page.evaluate(
        "document.querySelectorAll('[id]').length"
    )


def test_a_reload_keeps_the_draft_and_then_the_seal(page):
    guess = predict("00-width", QUESTION, reveal=9.3)
    show(page, guess)
    page.get_by_label("Your prediction").fill("12")
    mount(page, guess)
    expect(page.get_by_label("Your prediction")).to_have_value("12")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("off by a factor of 1.3")).to_be_visible()
    mount(page, guess)
    expect(page.get_by_text("off by a factor of 1.3")).to_be_visible()
    expect(page.get_by_role("button", name="Seal my prediction")).to_be_hidden()


def test_a_removed_view_leaves_nothing_behind(page):
    show(page, predict("00-width", QUESTION))
    page.evaluate("window.leave.forEach((leave) => leave())")
    assert page.evaluate("Object.values(window.handlers).flat().length") == 0


def test_the_journal_is_downloaded_and_loaded_again(page, tmp_path):
    guess = predict("00-width", QUESTION, reveal=9.3)
    guess.seal(12)
    show(page, guess)
    page.locator("summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my journal").click()
    assert download.value.suggested_filename == "predictions.json"
    assert json.loads(download.value.path().read_text(encoding="utf-8")) == Journal().read()

    other = Journal(tmp_path / "other.json")
    other.seal("00-width", 50.0, question=QUESTION)
    other.seal("00-depth", 3.0, question="How deep?")
    file = {"name": "predictions.json", "mimeType": "application/json", "buffer": other.text().encode()}
    page.get_by_label("Load a downloaded journal").set_input_files(file)
    expect(page.get_by_role("status")).to_contain_text("Loaded: 1 new prediction. 00-width stays 12.0")
    assert Journal().sealed("00-depth")["value"] == 3.0


def test_my_journal_shows_the_map_of_the_course_and_keeps_it_up_to_date(page, monkeypatch):
    monkeypatch.chdir(COURSE)
    Journal().seal("00-width", 3.0, question="<b>?</b>", unit="<b>%</b>")
    guess = predict("01-data", QUESTION, reveal=9.3)
    show(page, guess)
    assert page.locator(".slab-map").count() == 0
    page.locator("summary").click()
    expect(page.locator(".slab-map-row")).to_have_count(14)
    expect(page.locator("[aria-current]")).to_contain_text("01 Power laws you are here")
    assert (
        page.locator(".slab-map a").count() == 14
    )  # a chapter does not lead to itself, and one link leads to the projects
    assert page.get_by_role("link", name="02 Error across scales").get_attribute("href") == CHAPTERS[2].name
    page.get_by_role("button", name="1 of 1 sealed in chapter 00: show what I said").press("Enter")
    said = page.get_by_text("00-width You said 3 <b>%</b>.")
    expect(said).to_be_visible()
    page.get_by_label("Your prediction").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="1 of 6 sealed in chapter 01")).to_be_visible()
    expect(said).to_be_visible()  # what was unfolded stays so
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator(".slab-map b").count() == 0


#: Where a page is, what is held while its map is clicked, and which notebook JupyterLab is told to open, if it is.
ADDRESSES = [
    ("/lab/tree/my%20course/%C3%BC/01_power_laws.ipynb", [], "my course/ü/02_error_across_scales.ipynb"),
    ("/user/ada/lab/workspaces/auto-1/tree/01_power_laws.ipynb", [], "02_error_across_scales.ipynb"),
    ("/doc/tree/course/01_power_laws.ipynb", [], "course/02_error_across_scales.ipynb"),
    ("/lab/tree/01_power_laws.ipynb", ["ControlOrMeta"], None),
    ("/notebooks/01_power_laws.ipynb", [], None),
    ("/lab", [], None),
]


def test_a_link_of_the_map_is_opened_by_jupyterlab_and_elsewhere_is_a_link(page, monkeypatch):
    monkeypatch.chdir(COURSE)
    show(page, predict("01-data", QUESTION))
    page.locator("summary").click()
    link = page.get_by_role("link", name="02 Error across scales")
    page.evaluate("document.body.addEventListener('click', (event) => event.preventDefault())")
    for address, keys, told in ADDRESSES:
        page.evaluate("(address) => history.replaceState({}, '', address)", address)
        link.click(modifiers=keys)
        command, given = (link.get_attribute(f"data-commandlinker-{name}") for name in ("command", "args"))
        assert (command == "docmanager:open") == (told is not None), address
        assert told is None or json.loads(given) == {"path": told}
    page.get_by_text("01 Power laws").click()  # the chapter itself leads nowhere
    assert page.locator("[data-commandlinker-command]").count() == 0


def test_markup_of_a_question_or_an_answer_is_only_text(page):
    evil = "<img src=x onerror='window.hacked = 1'> **bold** `<b>`"
    guess = predict("00-width", evil, reveal=evil, choices=[evil, "</label><script>window.hacked = 1</script>"])
    show(page, guess)
    page.get_by_label("</label>").check()
    page.get_by_role("button", name="Seal my prediction").click()
    expect(page.locator(".slab-predict-reveal")).to_contain_text("onerror")
    assert page.locator("img, .slab-predict script, .slab-predict b").count() == 0
    assert page.evaluate("window.hacked") is None


def test_jupyterlab_leaves_the_keys_to_the_widget(page):
    show(page, predict("00-width", QUESTION))
    assert page.locator(".slab-predict").get_attribute("data-lm-suppress-shortcuts") == "true"
    # JupyterLab 4.6 swallows Enter further up, which would keep the form from being sent.
    page.evaluate("document.addEventListener('keydown', (event) => event.preventDefault())")
    page.get_by_label("Your prediction").focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said 12, sealed on")).to_be_visible()


def test_a_silent_kernel_is_told(browser):
    with blank(browser) as page:  # whose clock nobody else needs
        show(page, predict("00-width", QUESTION))
        page.clock.install()
        page.evaluate("window.model.send = () => {}")
        page.get_by_label("Your prediction").fill("12")
        page.keyboard.press("Enter")
        page.clock.fast_forward(3500)
        expect(page.get_by_role("status")).to_contain_text("Python does not answer")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("light", "number"),
        ("dark", "number"),
        ("dark", "choices"),
        ("none, light", "choices"),
        ("none, dark", "number"),
    ],
)
def test_no_serious_accessibility_problem_in_any_theme(page, tmp_path, name, kind):
    asked = {"choices": ["It falls", "It rises"]} if kind == "choices" else {"unit": "%", "low": 0, "high": 100}
    Journal().show(["00-width"])
    guess = predict("01-width", QUESTION, **asked, reveal="It falls" if kind == "choices" else 31)
    show(page, guess)
    if name in THEMES:
        theme(page, name)
    else:
        page.emulate_media(color_scheme=name.removeprefix("none, "))
    page.locator("summary").click()
    page.get_by_role("button", name="0 of 1 sealed in chapter 00: show what I said").click()
    page.get_by_role("button", name="Seal my prediction").click()  # shows a message of trouble
    accessible(page, tmp_path / "asked.png")
    if kind == "choices":
        page.get_by_label("It rises").check()
    else:
        page.get_by_label("Your prediction").fill("12")
    page.get_by_role("button", name="Seal my prediction").click()
    expect(page.locator(".slab-predict-reveal")).to_contain_text("You said")
    accessible(page, tmp_path / "revealed.png")


def accessible(page: Page, picture: Path) -> None:
    page.screenshot(path=picture)
    assert serious(page) == []


def ask(page: Page) -> QuizQuestion:
    """A question of a quiz on the page: two wrong choices and, in the second place, the right one."""
    texts = {"Eleven.": "That is for texts.", "Two.": "One more.", "One.": "You multiplied."}
    options = tuple(Option(text, why, right=text == "Two.") for text, why in texts.items())
    question = QuizQuestion("05", 1, Item("What **is** `1 + 1`?", options))
    show(page, question)
    return question


def test_a_question_of_a_quiz_is_answered_by_keyboard_until_it_is_right(page):
    ask(page)
    assert "You multiplied." not in page.content()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Eleven.")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator(".slab-predict-tries")).to_contain_text('✗ Wrong. "Eleven." That is for texts.')
    expect(page.locator(".slab-predict-sealed")).to_contain_text("First choice recorded on")
    expect(page.get_by_label("Eleven.")).to_be_disabled()
    expect(page.get_by_label("Eleven.")).not_to_be_checked()
    expect(page.get_by_label("Two.")).to_be_focused()  # not lost with the choice that was taken away
    assert "One more." not in page.content()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".slab-predict-tries p")).to_have_count(2)
    expect(page.locator(".slab-predict-tries")).to_contain_text('✓ Right. "Two." One more.')
    expect(page.get_by_role("button", name="Choose")).to_be_hidden()
    expect(page.locator(".slab-predict-answer")).to_be_focused()
    assert Journal().sealed("05-quiz-1")["value"] == "Eleven."


def test_a_quiz_without_a_choice_asks_for_one_and_reloads_with_its_tries(page):
    question = ask(page)
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("status")).to_have_text("Choose an answer first.")
    page.get_by_label("One.").check()
    page.get_by_role("button", name="Choose").click()
    expect(page.locator(".slab-predict-tries p")).to_have_count(1)
    mount(page, question)
    expect(page.locator(".slab-predict-tries")).to_contain_text('✗ Wrong. "One." You multiplied.')
    expect(page.get_by_label("One.")).to_be_disabled()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_quiz_has_no_serious_accessibility_problem(page, tmp_path, name):
    ask(page)
    theme(page, name)
    accessible(page, tmp_path / "asked.png")
    for choice in ("One.", "Two."):
        page.get_by_label(choice).check()
        page.get_by_role("button", name="Choose").click()
        expect(page.locator(".slab-predict-tries")).to_contain_text(choice)
        accessible(page, tmp_path / f"{choice}png")
