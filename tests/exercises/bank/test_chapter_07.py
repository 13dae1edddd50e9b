"""Chapter 07's exercises: the oracles are what the package computes, and the messages' numbers are true."""

from __future__ import annotations

import re

import numpy as np
import pytest

from scalinglab.exercises import grade
from scalinglab.exercises.bank import find
from scalinglab.pruning import Masks
from scalinglab.pruning.allocation import erk_counts
from scalinglab.pruning.scores import snip_scores
from scalinglab.pruning.selection import keep_largest
from tests.exercises.bank.messages import mistake_of

#: What the messages of each exercise show, and the right answer.
SHOWN = {
    "07-keep": (([3.0, 1.0, 1.0, 1.0, -2.0], 2), [1, 1, 0, 0, 0]),
    "07-snip": (
        ([[1.0, 3.0], [2.0, -1.0]], [6.0, 7.0], [[1.0, 1.0], [2.0, -1.0]], [1.0, 2.0]),
        [[3, 5], [16, 4]],
    ),
    "07-effective": (([[[1, 0], [1, 1]], [[1, 0], [0, 0]], [[1, 1]]],), 3),
    "07-erk": (([(64, 64), (64, 64), (10, 64)], 1000), [388, 388, 224]),
}
LARGE = (SHOWN["07-erk"][0][0], 4000)


@pytest.mark.parametrize("key", SHOWN)
def test_the_right_answer_of_what_the_messages_show(key):
    case, right = SHOWN[key]
    np.testing.assert_allclose(find(key).oracle(*case), right, rtol=1e-6)
    assert find("07-erk").oracle(*LARGE) == [1680, 1680, 640]


@pytest.mark.parametrize("seed", range(6))
def test_oracles_are_what_the_package_computes(seed):
    for scores, kept in find("07-keep").draw(seed):
        assert find("07-keep").oracle(scores, kept) == keep_largest([[scores]], kept)[0][0].astype(int).tolist()
    for inputs, targets, hidden, output in find("07-snip").draw(seed):
        layers = [(hidden, np.zeros(len(hidden))), ([output], np.zeros(1))]
        labels = np.array(targets)[:, None]
        # The package's loss is the mean square, ours half of it.
        package = snip_scores(layers, inputs, labels, loss="squared")[0] / 2
        np.testing.assert_allclose(
            find("07-snip").oracle(inputs, targets, hidden, output), package, rtol=1e-6, atol=1e-9
        )
    for (masks,) in find("07-effective").draw(seed):
        assert find("07-effective").oracle(masks) == Masks(masks).effective.kept
    for shapes, kept in find("07-erk").draw(seed):
        counts = find("07-erk").oracle(shapes, kept)
        # The exercise rounds by largest remainders, the package so that masks nest: up or down from the same share.
        assert max(abs(own - other) for own, other in zip(counts, erk_counts(shapes, kept), strict=True)) <= 1
        assert counts == by_largest_remainders(shapes, kept)
        assert sum(counts) == kept


def by_largest_remainders(shapes, kept):
    """With the factor found by bisection."""
    low, high = 0.0, 1e4
    for _ in range(200):
        factor = (low + high) / 2
        total = sum(min(a * b, factor * (a + b)) for a, b in shapes)
        low, high = (factor, high) if total < kept else (low, factor)
    wanted = [min(a * b, high * (a + b)) for a, b in shapes]
    counts = [int(each + 1e-9) for each in wanted]
    for place in sorted(range(len(shapes)), key=lambda n: round(counts[n] - wanted[n], 9))[: kept - sum(counts)]:
        counts[place] += 1
    return counts


@pytest.mark.parametrize(
    ("key", "name", "said", "answer"),
    [
        ("07-keep", "all that are equal", "4 of the scores", [1, 1, 1, 1, 0]),
        ("07-keep", "none that are equal", "1 of the scores", [1, 0, 0, 0, 0]),
        ("07-keep", "equal scores out of order", "of 3, 1, 1, 1, -2 you may have kept the fourth", [1, 0, 0, 1, 0]),
        ("07-keep", "without signs", "you kept the -2", [1, 0, 0, 0, 1]),
        ("07-keep", "the smallest kept", "1 and -2 of 3, 1, 1, 1, -2", [0, 1, 0, 0, 1]),
        ("07-keep", "what is pruned", "3 of the scores", [0, 0, 1, 1, 1]),
        ("07-keep", "one too many", "3 of the scores", [1, 1, 1, 0, 0]),
        ("07-keep", "places, not marks", "0, 1, 2, 3, 4", [0, 1, 2, 3, 4]),
        ("07-snip", "absolute value first", "5, 5, 16, 4", [[5, 5], [16, 4]]),
        ("07-snip", "the gradient alone", "3, 5, 8, 4", [[3, 5], [8, 4]]),
        ("07-snip", "with signs", "3, -5, 16, 4", [[3, -5], [16, 4]]),
        ("07-snip", "rectifier forgotten", "3, 5, 12, 10", [[3, 5], [12, 10]]),
        ("07-snip", "weights above left out", "3, 5, 8, 2", [[3, 5], [8, 2]]),
        ("07-snip", "normalized", "28", [[3 / 28, 5 / 28], [16 / 28, 4 / 28]]),
        ("07-snip", "the weight squared", "3, 5, 32, 4", [[3, 5], [32, 4]]),
        ("07-effective", "all that are kept", "6", 6),
        ("07-effective", "from below only", "5", 5),
        ("07-effective", "from above only", "4", 4),
        ("07-effective", "paths counted", "1", 1),
        ("07-effective", "a share of what is kept", "0.5", 0.5),
        ("07-erk", "rounded down", "387, 387, 224", [387, 387, 224]),
        ("07-erk", "rounded up", "388, 388, 225", [388, 388, 225]),
        ("07-erk", "the rest to the first layer", "389, 387, 224", [389, 387, 224]),
        ("07-erk", "the same share everywhere", "464, 464, 72", [464, 464, 72]),
        ("07-erk", "densities", "0.0947, 0.0947, 0.35", [0.0947, 0.0947, 0.3504]),
        ("07-erk", "equal counts", "334, 333, 333", [334, 333, 333]),
    ],
)
def test_the_numbers_in_the_messages_are_those_of_the_mistakes(key, name, said, answer):
    mistake = mistake_of(key, name)
    found = mistake.wrong(*SHOWN[key][0])
    # The densities are rounded in the message.
    np.testing.assert_allclose(found, answer, rtol=1e-5 if name != "densities" else 5e-4)
    assert re.search(rf"(?<![\d.-]){re.escape(said)}(?![\d.]\d)", mistake.message), mistake.message


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("order", ["argsort", "by chance"])
def test_an_answer_that_leaves_the_order_of_equal_scores_open_is_told_so(negated, order):
    """What argsort makes of equal scores differs between machines; by chance, each order comes up somewhere."""
    draw = np.random.default_rng(0)

    def keep(scores, kept):
        values = np.array(scores) * (-1 if negated else 1)
        chance = draw.random(len(scores))
        places = np.argsort(values) if order == "argsort" else np.lexsort((chance, values))
        marks = np.zeros(len(scores), int)
        marks[places[:kept] if negated else places[::-1][:kept]] = 1
        return marks

    found = [grade(find("07-keep"), keep, seed=seed) for seed in range(20)]
    assert {result.diagnosis for result in found if not result.passed} <= {"equal scores out of order"}
    if not negated or order == "by chance":
        assert sum(result.passed for result in found) < 2


def test_the_numbers_of_the_large_case_are_those_of_the_mistakes():
    more, left = mistake_of("07-erk", "more than there are"), mistake_of("07-erk", "not spread again")
    assert more.wrong(*LARGE)[2] == 897
    assert "897 of the 640" in more.message
    assert left.wrong(*LARGE) == [1552, 1552, 640]
    assert "1552, 1552, 640 of 4000" in left.message
    assert sum(left.wrong(*LARGE)) == 3744
    assert sum(mistake_of("07-erk", "rounded down").wrong(*SHOWN["07-erk"][0])) == 998
