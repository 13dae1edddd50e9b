"""The page writes and reads the values of controls as the package does: the same text, the same sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from scalinglab.live import Axis, Choice, Lines, Panel, Recording, Slider, Switch, chart
from scalinglab.site import baking

CONTROLS = (
    Slider("a", -1e7, 1e17, 0.5, stops=9),
    Slider("step_size", 1e-9, 10, 0.1, log=True),
    Slider("width", 1, 4096, 64, integer=True),
    Choice("kind", ["long & (red)", "short/*'é"], "long & (red)"),
    Switch("on"),
)


@pytest.fixture(scope="module")
def panel() -> Panel:
    drawn = chart(Lines(), x=Axis("n", "n", 0, 1), y=Axis("y", "y", 0, 1), title="T", description="D")
    return Panel(lambda **_: [{"n": 0, "y": 0}], controls=CONTROLS, charts=drawn, title="One (more) panel: é!")


@pytest.fixture(scope="module")
def page(browser: Browser, panel: Panel) -> Iterator[Page]:
    page = browser.new_page()
    script = Path(baking.__file__).parents[1] / "static" / "panel_state.js"
    given = [panel.name, Recording(panel).traits()["controls"]]
    page.evaluate("([own, controls]) => Object.assign(globalThis, { scalinglab: {}, own, controls })", given)
    page.add_script_tag(content=script.read_text(encoding="utf-8"))
    yield page
    page.close()


def test_the_text_of_300_random_states_is_the_same_and_comes_back(page: Page, panel: Panel):
    random = np.random.default_rng(0)
    states = [
        {
            "a": float(random.choice([-1, 1]) * 10 ** random.uniform(-7, 7)) if number % 3 else float(number - 5),
            "step_size": min(max(float(10 ** random.uniform(-9, 1)), 1e-9), 10.0),
            "width": int(random.integers(1, 4097)),
            "kind": str(random.choice(CONTROLS[3].options)),
            "on": bool(number % 2),
        }
        for number in range(300)
    ] + [{"a": 1e16}, {"a": 1e17}, {"a": 123456789012345680.0 / 10}, {"a": -0.0}, {"step_size": 1e-5}]
    states = [panel.values | state for state in states]
    texts = page.evaluate("(all) => all.map((each) => scalinglab.panelState.text(own, controls, each))", states)
    assert texts == [Recording(panel).text(state) for state in states]
    read = page.evaluate("(all) => all.map((each) => scalinglab.panelState.read(each, own, controls))", texts)
    assert read == states


#: Reads a text; of one that does not fit, the sentence.
READ = """(text) => {
    try { return scalinglab.panelState.read(text, own, controls); } catch (error) { return error.message; }
}"""
WRONG = ("", "nothing", "other?a=1", "{}", "{}?b=1", "{}?a", "{}?a=red", "{}?a=1e18", "{}?width=1.5", "{}?width=0")
WRONG += ("{}?kind=red", "{}?on=maybe", "{}?step_size=0", "{}?step_size=11", "{}?width=5000")


@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_fit_gets_the_same_sentence(page: Page, panel: Panel, text: str):
    text = text.format(Recording(panel).text({}).partition("?")[0])
    with pytest.raises(ValueError) as found:  # noqa: PT011 (its sentence is what the page is to say)
        panel.restore(text)
    assert page.evaluate(READ, text) == str(found.value)
