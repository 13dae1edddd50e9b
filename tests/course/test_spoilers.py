"""After Run All in an untouched chapter, no answer to an open prediction is on the page: not as text, not in a row.

The truth of each prediction is looked for in all that can be read: prose, tables, captions, quizzes, and the rows of
all panels. Where the page never has the number as such, the panel that shows it is named below, and has to wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from scalinglab.exercises import Prediction
from scalinglab.live import Panel, Prose, Table
from tests.course.executed import Chapter, Page

#: Where the text says the same number of something else, by the words around it.
OTHERWISE = {
    "03-free": ["95 % interval"],
    "08-own": ["16 labelings"],
    "09-largest": ["1.75 2.01"],  # a step size and a tail index of one dimension
    "09-ratio": ["1.546 1.32 1.47"],  # an estimate of another index
    "10-layer": ["0.749 for normal weights", "Of normal ones: 0.75"],  # that it is the same is the point
    "11-few": ["From order 1 to order 21"],
}
#: Answers of which the page never has the number itself: the panel that shows them, to an eye or at another setting.
DERIVED = {
    "00-width": "live-training",
    "01-data": "width-and-data",
    "02-extrapolate": "the-law-and-the-grid",
    "02-tuned": "perceptron-or-attention",
    "03-free": "prune-in-rounds",
    "03-smallest": "the-smallest-network",
    "04-threshold": "the-nyquist-learner",
    "06-easy": "the-frontier",
    "06-ensemble": "ensembles",
    "06-width": "the-frontier",
    "07-barrier": "two-copies-and-the-line-between",
    "07-fresh": "nodes-singular-values-weights",
    "07-longer": "error-against-all-steps",
    "07-paths": "two-methods-side-by-side",
    "10-layer": "three-prunings-of-stable-matrices",
    "11-rough": "smooth-and-rough",
    "12-boost": "data-laws",
    "12-gap": "side-by-side",
}


def written(truth: float) -> Iterator[str]:
    """A number as a text may give it: with two to five digits, as it is, and as a share where it is a percentage."""
    for value in (truth, truth / 100):
        for digits in range(2, 6):
            rounded = float(f"{value:.{digits}g}")
            yield f"{rounded:,.10f}".rstrip("0").rstrip(".")
            yield f"{rounded:.{digits}g}"
            if value == truth and abs(truth) < 1000:
                yield f"{truth:.{digits - 1}f}"


def texts(truth: float | str) -> set[str]:
    """Texts that give an answer away; of numbers those with two digits at least, or a small whole number tells all."""
    if isinstance(truth, str):
        return {part.strip() for part in re.split(r"[;,]", truth) if len(part.strip()) > 3}
    return {text for text in written(truth) if sum(map(str.isdigit, text.lstrip("0.-"))) >= 2}


def in_text(truth: float | str, text: str) -> list[str]:
    """Where the text says the answer, with what stands around it."""
    found = []
    for one in sorted(texts(truth)):
        for match in re.finditer(rf"(?<![\d.,^e-]){re.escape(one)}(?![\d]|[.,]\d)", text):
            found.append(" ".join(text[max(0, match.start() - 40) : match.end() + 30].split()))
    return found


def in_rows(truth: float | str, page: Page) -> list[str]:
    """Which columns of which panels hold the answer exactly, as it is or in another unit."""
    if isinstance(truth, str) or float(truth).is_integer():
        return []
    units = [truth, truth / 100, 1 - truth / 100, *([10.0**truth] if -300 < truth < 300 else [])]
    return [
        f"{panel}: {name}.{field}"
        for panel, sets in page.rows.items()
        for name, columns in sets.items()
        for field, values in columns.items()
        if values.dtype.kind == "f" and any(np.isclose(values, unit, rtol=1e-9, atol=0).any() for unit in units)
    ]


def truths(chapter: Chapter) -> dict[str, float | str]:
    """What is true, by key; of the capstone's plan nothing is, and of its error not before there is a plan."""
    return {asked.question.key: asked.truth for asked in chapter.predictions if asked.question.key[:2] != "13"}


def given_away(key: str, truth: float | str, page: Page) -> list[str]:
    said = [place for place in in_text(truth, page.text) if not any(one in place for one in OTHERWISE.get(key, ()))]
    return said + in_rows(truth, page)


def test_no_answer_is_on_the_page_before_its_prediction(chapter: Chapter):
    found = {key: given_away(key, truth, chapter.untouched) for key, truth in truths(chapter).items()}
    assert {key: places for key, places in found.items() if places} == {}
    choices = [one.question.choices for one in chapter.predictions if one.question.key in found]
    for choice in (choice.removeprefix("about ") for several in choices for choice in several or ()):
        assert len(choice) < 4 or choice not in chapter.untouched.text, choice


def test_the_reader_finds_each_answer_once_all_is_open(chapter: Chapter):
    """So it can see what it must not find before."""
    unseen = {key for key, truth in truths(chapter).items() if not given_away(key, truth, chapter.opened)}
    assert unseen == {key for key in DERIVED if key[:2] == chapter.path.stem[:2]}
    panels = {panel.name: panel for panel in chapter.panels}
    for key in unseen:
        assert key in panels[DERIVED[key]]._gate.keys


def test_something_waits_for_each_prediction(chapter: Chapter):
    waited = {key for one in chapter.of((Panel, Table, Prose)) for key in one._gate.keys}
    asked = {one.question.key for one in chapter.predictions}
    assert waited <= asked
    assert asked - waited == {key for one in chapter.of(Prediction) for key in one.after}
