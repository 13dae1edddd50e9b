"""Chapter 11's exercises: what is asked is what the package computes, and the messages' numbers are true."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab import compression
from scalinglab.compression import moment_count, pole_distance
from scalinglab.exercises.bank import find
from tests.exercises.bank.messages import mistake_of, words_of


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("no constant", 34),
        ("one degree only", 15),
        ("each power up to the order", 125),
        ("no products", 13),
        ("orders of factors told apart", 121),
        ("below the order", 20),
        ("no variable twice", 8),
    ],
)
def test_the_counts_in_the_messages_are_those_of_the_mistakes(name, count):
    assert mistake_of("11-moments", name).wrong(3, 4) == count
    assert f" {count} " in words_of("11-moments", name)
    assert find("11-moments").oracle(3, 4) == moment_count(3, 4) == 35


WEIGHTS, DIRECTION = [3.0, 2.0, 1.0, 4.0], [1.0, 2.0, -1.0, -2.0]


def test_the_step_of_the_messages_leaves_2_0_2_and_6():
    assert find("11-step").oracle(WEIGHTS, DIRECTION) == [2, 0, 2, 6]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("the longest step", [0, -4, 4, 10]),
        ("walked the other way", [4, 4, 0, 2]),
        ("the others left as they were", [3, 0, 1, 4]),
    ],
)
def test_the_weights_in_the_messages_are_those_of_the_mistakes(name, expected):
    mistake = mistake_of("11-step", name)
    assert mistake.wrong(WEIGHTS, DIRECTION) == pytest.approx(expected)
    changed = [number for number, weight in zip(expected, WEIGHTS, strict=True) if number != weight]
    assert any(f" {number} " in words_of("11-step", name) for number in changed)


def test_every_walk_keeps_the_sums_that_its_direction_keeps():
    for seed in range(100):
        for weights, direction in find("11-step").draw(seed):
            end = np.array(find("11-step").oracle(weights, direction))
            assert (end >= 0).all()
            assert (end == 0).sum() >= 1
            assert end.sum() == pytest.approx(sum(weights))
            # What is orthogonal to the direction is kept.
            moved = end - weights
            np.testing.assert_allclose(np.outer(moved, direction), np.outer(direction, moved), atol=1e-9)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("once the distance", 11),
        ("no denominator", 11),
        ("rounded down", 11),
        ("rounded up once more", 13),
        ("two logarithms", 6),
        ("radius of convergence", 37),
        ("upside down", 0),
    ],
)
def test_the_orders_in_the_messages_are_those_of_the_mistakes(name, order):
    assert mistake_of("11-order", name).wrong(1.25, 0.001) == order
    assert f" {order} " in words_of("11-order", name)


def test_the_order_is_that_of_the_bound():
    order = find("11-order").oracle(1.25, 0.001)
    assert order == 12
    assert 2 * pole_distance(1.25, 12) == pytest.approx(0.0009, abs=5e-5)
    assert 2 * pole_distance(1.25, 11) == pytest.approx(0.0017, abs=5e-5)
    for seed in range(100):
        for pole, error in find("11-order").draw(seed):
            order = find("11-order").oracle(pole, error)
            assert 2 * pole_distance(pole, order) <= error * (1 + 1e-12)
            assert order == 0 or 2 * pole_distance(pole, order - 1) > error


def test_half_as_many_points_keep_the_moments_that_the_package_counts():
    points = np.random.default_rng(0).uniform(-1, 1, 40)
    places, weights = find("11-half").oracle(points.tolist(), 4)
    assert compression.moment_error(points[:, None], None, places[:, None], weights, 7) < 1e-12
    assert compression.moment_error(points[:, None], None, places[:, None], weights, 8) > 1e-6
    assert (weights > 0).all()
    assert len(compression.compress(points[:, None], 8, 7)) == 2 * 4
