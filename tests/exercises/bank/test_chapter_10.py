"""Chapter 10's exercises: the oracles are what the package computes, and the messages' numbers are true."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.exercises.bank import find
from scalinglab.heavy_tails import best_k_error, occam_bound, predicted_error, prunable_fraction
from tests.exercises.bank.messages import as_written, mistake_of

WEIGHTS = [4.0, 3.0, 2.0, 1.0, 1.0]


@pytest.mark.parametrize("seed", range(8))
def test_the_fewest_weights_are_those_of_the_package(seed):
    for weights, error in find("10-fewest").draw(seed):
        fewest = find("10-fewest").oracle(weights, error)
        assert fewest == len(weights) - round(prunable_fraction(weights, error) * len(weights))
        assert best_k_error(weights, fewest / len(weights)) <= error
        assert fewest == 1 or best_k_error(weights, (fewest - 1) / len(weights)) > error


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("squares compared with the error", 1),
        ("how many are dropped", 3),
        ("one too many", 3),
        ("one too few", 1),
        ("the smallest kept", 5),
        ("a share", 0.4),
        ("error as a threshold", 5),
        ("one minus the error kept", 1),
    ],
)
def test_the_counts_in_the_messages_are_those_of_the_mistakes(name, number):
    mistake = mistake_of("10-fewest", name)
    assert mistake.wrong(WEIGHTS, 0.5) == pytest.approx(number)
    assert str(number) in mistake.message or "one weight" in mistake.message
    assert find("10-fewest").oracle(WEIGHTS, 0.5) == 2


def test_the_growth_is_that_of_the_predicted_error():
    grown = find("10-growth").oracle(1.6, 2.0)
    assert grown == pytest.approx(256)
    assert predicted_error(1.6, 1e4, 0.1) / predicted_error(1.6, 1e4 * grown, 0.1) == pytest.approx(2)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("not inverted", "1.09"),
        ("the half left out", "3.03"),
        ("sign turned", "0.0039"),
        ("multiplied, not raised", "16"),
        ("a power of two", "8"),
        ("the width of a square layer", "16"),
        ("exponent one over alpha less than two", "5.66"),
    ],
)
def test_the_growths_in_the_messages_are_those_of_the_mistakes(name, number):
    mistake = mistake_of("10-growth", name)
    assert mistake.wrong(1.6, 2.0) == as_written(number)
    assert f" {number} " in mistake.message.replace(",", " ")


@pytest.mark.parametrize("seed", range(5))
def test_at_so_many_samples_the_bound_of_the_package_is_the_gap(seed):
    for kept, weights, bits, gap in find("10-samples").draw(seed):
        samples = find("10-samples").oracle(kept, weights, bits, gap)
        # Whole numbers of samples only: the bound at the next one is just below the gap.
        bounds = [occam_bound(weights, kept / weights, int(samples) + more, bits=bits, delta=0.05) for more in (0, 1)]
        assert bounds[1] <= gap <= bounds[0] * (1 + 1e-9)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("logarithms to base 2", "466"),
        ("bits taken for nats", "369"),
        ("which weights left out", "254"),
        ("values left out", "219"),
        ("delta left out", "173"),
        ("delta with the wrong sign", "23.5"),
        ("gap not squared", "32.3"),
        ("the 2 lost", "646"),
        ("bits for all weights", "635"),
    ],
)
def test_the_samples_in_the_messages_are_those_of_the_mistakes(name, number):
    mistake = mistake_of("10-samples", name)
    assert mistake.wrong(1, 4, 3, 0.1) == as_written(number)
    assert f" {number} " in mistake.message
    assert find("10-samples").oracle(1, 4, 3, 0.1) == pytest.approx(323, abs=0.5)


def test_drawn_layers_are_pruned_as_the_exercise_says():
    layers = ((40_000, 1.0, 3.5), (20_000, 1.6, 6.0), (10_000, 3.0, 5.0))
    fractions = find("10-layers").oracle(0.4, layers)
    generator = np.random.default_rng(0)
    weights = [scale * generator.uniform(size=count) ** (-1 / index) for count, scale, index in layers]
    threshold = min(np.quantile(w, 1 - f) for w, f in zip(weights, fractions, strict=True))
    dropped = sum((w[w < threshold] ** 2).sum() for w in weights)
    assert math.sqrt(dropped / sum((w**2).sum() for w in weights)) == pytest.approx(0.4, abs=0.01)
    assert [float((w >= threshold).mean()) for w in weights] == pytest.approx(fractions, abs=0.01)
    assert fractions[2] == 1  # a layer that is kept whole
