"""Chapter 03's exercises: the oracles are what the package computes, and the numbers in the messages are true."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from scalinglab.exercises.bank import find
from scalinglab.scaling_laws.regions import ThreeRegions
from tests.exercises.bank.messages import mistake_of


@pytest.mark.parametrize(("name", "number"), [("the same number in each round", 4), ("fraction kept", 1)])
def test_the_rounds_in_the_messages_are_those_of_the_mistakes(name, number):
    mistake = mistake_of("03-rounds", name)
    assert mistake.wrong(1000, 300, 0.2) == number
    assert f"1,000 weights to 300 would be {number} round" in mistake.message
    assert find("03-rounds").oracle(1000, 300, 0.2) == 6
    assert "6 are" in mistake.message


def test_a_ratio_of_81_is_one_of_9_at_a_slope_of_2():
    oracle = find("03-free-density").oracle
    assert oracle(0.01, 0.81, 2.0, 0.01) / 0.01 == pytest.approx(9)
    assert mistake_of("03-free-density", "no power").wrong(0.01, 0.81, 2.0, 0.01) / 0.01 == pytest.approx(81)


@pytest.mark.parametrize("seed", range(5))
def test_the_law_in_logarithms_is_that_of_the_package(seed):
    for log_density, unpruned, high, slope, transition in find("03-log-error").draw(seed):
        form = ThreeRegions(np.array([log_density]), np.log([unpruned]), np.empty((0, 1)))
        values = np.array([[math.log(high), slope, math.log(transition)]])
        expected = form.log_error(values).item()
        answer = find("03-log-error").oracle(log_density, unpruned, high, slope, transition)
        assert answer == pytest.approx(expected, rel=1e-10)


def test_the_plain_law_overflows_where_the_one_in_logarithms_does_not():
    overflowing = 0
    for seed in range(20):
        *_, (_, unpruned, high, slope, _) = find("03-log-error").draw(seed)
        overflowing += 2 / slope * math.log(high / unpruned) > math.log(sys.float_info.max)
    assert overflowing == 20


@pytest.mark.parametrize("seed", range(5))
def test_the_smallest_network_has_exactly_the_budget(seed):
    for budget, networks, (high, slope, transition, exponent) in find("03-smallest").draw(seed):
        fewest = find("03-smallest").oracle(budget, networks, (high, slope, transition, exponent))
        law = find("03-log-error").oracle
        errors = [
            math.exp(law(math.log(fewest / weights * width**exponent), unpruned, high, slope, transition))
            for width, weights, unpruned in networks
        ]
        assert min(errors) == pytest.approx(budget, rel=1e-6)
        assert fewest < min(weights for _, weights, _ in networks)
        assert networks[0][2] > budget
