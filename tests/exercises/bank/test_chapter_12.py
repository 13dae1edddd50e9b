"""Chapter 12's exercises: the update makes a neuron learn like its copies, and the messages' numbers are true."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.exercises import grade
from scalinglab.exercises.bank import find
from scalinglab.exercises.bank._bisection import last
from tests.exercises.bank.messages import as_written, mistake_of, words_of


def test_the_update_is_that_of_one_of_so_many_copies():
    """The gradient of f = sum of c_j w_j is c_j f', that of each copy f': the update must be that of the copy."""
    copies, slopes = np.array([1, 3, 8]), np.array([0.3, -0.2, 0.5])
    found = find("12-update").oracle(copies.astype(float).tolist(), (copies * slopes).tolist(), 0.1)
    np.testing.assert_allclose(found, -0.1 * slopes)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("no rule", "-0.3"),
        ("multiplied", "-0.6"),
        ("uphill", "0.15"),
        ("divided twice", "-0.075"),
        ("root", "-0.21"),
        ("shares", "-0.9"),
        ("one mean mass", "-0.1"),
    ],
)
def test_the_changes_in_the_messages_are_those_of_the_mistakes(name, first):
    found = mistake_of("12-update", name).wrong([2.0, 4.0], [0.6, -0.8], 0.5)
    assert found[0] == as_written(first)
    assert f" {first} " in words_of("12-update", name)
    assert find("12-update").oracle([2.0, 4.0], [0.6, -0.8], 0.5) == pytest.approx([-0.15, 0.1])


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("the old law", "0.1"),
        ("exponent multiplied", "0.447"),
        ("no factor", "0.01"),
        ("factor on the wrong side", "0.0025"),
        ("factor outside the power", "0.02"),
        ("compressed again", "0.158"),
        ("growing", "25"),
    ],
)
def test_the_losses_in_the_messages_are_those_of_the_mistakes(name, loss):
    found = mistake_of("12-law", name).wrong(100, 0.5, 1.0, 0.5, 4.0)
    assert found == as_written(loss)
    assert f" {loss} " in words_of("12-law", name)


def test_a_compressed_set_has_the_loss_of_all_that_it_stands_for():
    oracle = find("12-law").oracle
    assert oracle(100, 0.5, 1.0, 0.5, 4.0) == pytest.approx(0.04)
    for objects in (400, 10_000, 3_000_000):
        size = 8 * objects ** (1 / 3)
        assert oracle(size, 0.7, 2.5, 1 / 3, 8.0) == pytest.approx(2.5 * objects**-0.7)


def test_the_bill_of_a_gift_is_paid():
    budget, prices, law = 600, (2, 0.5), (0.5, 0.5, 2.5)  # what the messages show
    gain = find("12-gift").oracle(budget, prices, law)
    examples = gain ** (1 / law[0]) * budget / prices[0]
    assert examples == pytest.approx(900)
    assert prices[1] * examples + prices[0] * law[2] * examples ** law[1] == pytest.approx(budget)


def test_an_answer_that_caps_what_is_left_is_right():
    """In no case more examples are left than were compressed, so ``min(d, factor d^share)`` gives the same answer."""

    def capped(budget, prices, law):
        (training, compressing), (alpha, share, factor) = prices, law
        bill = lambda count: compressing * count + training * min(count, factor * count**share)  # noqa: E731
        affordable = last(lambda count: bill(count) <= budget, 1e-9, 1e18, log=True)
        return (affordable * training / budget) ** alpha

    exercise = find("12-gift")
    for seed in range(100):
        for case in exercise.draw(seed):
            assert exercise.oracle(*case) == pytest.approx(capped(*case), rel=exercise.tolerance / 10)
    assert grade(exercise, capped, seed=0).passed


@pytest.mark.parametrize("away", [1e-5, -1e-5])
def test_a_gift_is_right_within_the_tolerance_of_its_text(away):
    exercise = find("12-gift")
    assert grade(exercise, lambda *case: exercise.oracle(*case) * (1 + 5 * away), seed=3).passed
    assert not grade(exercise, lambda *case: exercise.oracle(*case) * (1 + 50 * away), seed=3).passed


def test_compression_does_not_pay_for_every_student():
    for seed in range(20):
        *_, last = find("12-gift").draw(seed)
        assert find("12-gift").oracle(*last) < 1 < find("12-gift").oracle(*find("12-gift").draw(seed)[0])
