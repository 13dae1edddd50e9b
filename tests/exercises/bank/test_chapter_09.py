"""Chapter 09's exercises: the oracles are what the package computes, and the messages' numbers are true."""

from __future__ import annotations

import pytest

from scalinglab import heavy_tails
from scalinglab.exercises.bank import find
from scalinglab.heavy_tails import critical_step_size, tail_index
from scalinglab.heavy_tails.recursion import log_moment
from tests.exercises.bank.messages import as_written, mistake_of

LADDER = [16.0, 8.0, 4.0, 2.0, 1.0]


@pytest.mark.parametrize("seed", range(5))
def test_the_critical_step_size_is_that_of_the_package_and_keeps_the_mean_square(seed):
    for batch, dimension, variance in find("09-critical").draw(seed):
        step = find("09-critical").oracle(batch, dimension, variance)
        assert step == pytest.approx(critical_step_size(batch, dimension, input_variance=variance))
        assert log_moment(2, step, batch, dimension, input_variance=variance) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("the step of fastest decay", "0.1"),
        ("variance left out", "0.8"),
        ("variance squared", "0.05"),
        ("batch left out", "0.1"),
        ("without the noise of batches", "0.5"),
        ("the 1 left out", "0.25"),
        ("variance multiplied", "3.2"),
        ("standard deviation for variance", "0.4"),
        ("a square root too many", "0.447"),
    ],
)
def test_the_steps_in_the_messages_are_those_of_the_mistakes(name, number):
    mistake = mistake_of("09-critical", name)
    assert mistake.wrong(2, 2, 4.0) == as_written(number)
    assert number in mistake.message
    assert find("09-critical").oracle(2, 2, 4.0) == pytest.approx(0.2)


def test_hills_estimate_is_that_of_the_package():
    sizes = [1.0 + 0.01 * number**2 for number in range(50)]
    assert find("09-hill").oracle(sizes, 5) == pytest.approx(tail_index(sizes, method="hill", share=0.1).alpha)
    assert find("09-hill").oracle(LADDER, 2) == pytest.approx(0.962, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("one over the index", "1.04"),
        ("measured from the last point used", "2.885"),
        ("one point too many", "1.443"),
        ("one point too few in the mean", "0.481"),
        ("one point too few in the tail", "1.443"),
        ("mean of the inverses", "1.082"),
        ("logarithm to base 10", "2.215"),
        ("logarithm of the mean", "0.910"),
        ("all points", "0.577"),
    ],
)
def test_the_estimates_in_the_messages_are_those_of_the_mistakes(name, number):
    mistake = mistake_of("09-hill", name)
    assert mistake.wrong(LADDER, 2) == as_written(number)
    assert number in mistake.message


def test_the_block_estimate_is_that_of_the_package_for_one_length():
    """61 points divide by no length of the package but their own root; 2 * 31 by 2 alone."""
    sample = [((7 * number) % 31 - 14.3) / 10 for number in range(62)]
    assert find("09-block").oracle(sample, 2) == pytest.approx(tail_index(sample, method="block").alpha)
    assert find("09-block").oracle([1, 1, 2, 2], 2) == pytest.approx(1)


def test_the_numbers_of_the_messages_about_blocks():
    assert mistake_of("09-block", "the length itself").wrong([1, 1, 2, 2], 2) == pytest.approx(2.885, abs=5e-4)
    assert "2.885" in mistake_of("09-block", "the length itself").message
    with pytest.raises(ZeroDivisionError):  # "as if the index were infinite"
        mistake_of("09-block", "means of blocks").wrong([1, 1, 1, 1], 2)


@pytest.mark.parametrize(("index", "batch"), [(1.3, 1), (1.5, 2), (2.0, 3), (2.7, 4)])
def test_the_step_size_has_the_index_by_the_package(index, batch):
    step = find("09-index").oracle(index, batch)
    assert heavy_tails.recursion_tail_index(step, batch, 1) == pytest.approx(index, rel=1e-4)
