"""Chapter 01's exercises: answers that no diagnosis may punish, and mistakes that stop a call."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from torch import nn

from scalinglab.exercises import grade, student_seed
from scalinglab.exercises.bank import find
from scalinglab.scaling_laws import fit_power_law
from scalinglab.training import Task, finish, train
from tests.exercises.bank.messages import mistake_of

SEEDS = [student_seed(f"student {number}", "01-offset") for number in range(12)]


@pytest.mark.parametrize(
    "formula",
    [
        lambda target, amplitude, exponent, offset: math.ceil((amplitude / (target - offset)) ** (1 / exponent) - 1e-9),
        lambda target, amplitude, exponent, offset: math.ceil((amplitude / (target - offset)) ** (1 / exponent) + 1e-9),
        lambda target, amplitude, exponent, offset: -(-(((target - offset) / amplitude) ** (-1 / exponent)) // 1),
        lambda target, amplitude, exponent, offset: math.ceil(
            2 ** (math.log2(Fraction(amplitude) / (Fraction(target) - Fraction(offset))) / exponent)
        ),
    ],
    ids=["a little less", "a little more", "floor division", "exact gap"],
)
def test_no_rounding_error_decides_over_the_samples_needed(formula):
    for seed in SEEDS:
        answer = grade(
            find("01-offset"),
            lambda target, *law: math.inf if target <= law[-1] else formula(target, *law),
            seed=seed,
        )
        assert answer.passed, answer


def test_a_target_at_the_offset_is_never_reached_either():
    def unguarded_there(target, amplitude, exponent, offset):
        return math.inf if target < offset else math.ceil((amplitude / (target - offset)) ** (1 / exponent))

    result = grade(find("01-offset"), unguarded_there, seed=SEEDS[0])
    target, amplitude, exponent, offset = find("01-offset").draw(SEEDS[0])[-1]
    assert target == offset
    assert result.diagnosis == "raised an error"
    assert f"target={target}, amplitude={amplitude}, exponent={exponent}, offset={offset}" in result.message
    assert "ZeroDivisionError" in result.message


def test_three_errors_of_a_law_give_the_law_that_a_fit_finds():
    sizes, law = [50, 150, 450], (0.9, 0.6, 0.07)
    errors = [law[0] * size ** -law[1] + law[2] for size in sizes]
    more = np.geomspace(50, 450, 12)
    fitted = fit_power_law(more, law[0] * more ** -law[1] + law[2])
    assert find("01-three").oracle(sizes, errors, 9000) == pytest.approx(float(fitted.predict(9000)), rel=1e-3)


#: A network on a ring as it should be, but for its parts: what comes behind the convolution, and what is around.
CIRCLE = {"padding": 2, "padding_mode": "circular"}


def parted(width, inputs, outputs, *middle, last=None, **around):
    first = nn.Conv1d(1, width, 5, **CIRCLE | around)
    return nn.Sequential(nn.Unflatten(1, (1, inputs)), first, *middle, last or nn.Linear(width, outputs))


def pooled(kind="Avg"):
    return getattr(nn, f"Adaptive{kind}Pool1d")(1), nn.Flatten()


#: Wrong modules of other makes than the bank's, by the diagnosis that they get.
WRONG = {
    "the ends of the signal": lambda *n: parted(*n, nn.ReLU(), *pooled(), padding=0),
    "positions that act together": lambda *n: nn.Sequential(parted(*n, nn.ReLU(), *pooled()), nn.ReLU()),
    "softmax": lambda *n: nn.Sequential(parted(*n, nn.ReLU(), *pooled()), nn.Softmax(dim=-1)),
    "no activation": lambda *n: parted(*n, nn.AvgPool1d(n[1]), nn.Flatten(), nn.Identity()),
    "no mean over the positions": lambda *n: parted(*n, nn.ReLU(), nn.Flatten(), last=nn.Linear(n[0] * n[1], n[2])),
    "returned a function": lambda *n: nn.Identity,
    "returned nothing": lambda *n: None,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_module_of_another_make_gets_the_diagnosis_of_what_it_does(name):
    assert grade(find("01-ring"), WRONG[name], seed=1).diagnosis == name


def test_right_modules_of_other_makes_are_right():
    """A sum in the place of a mean has other weights and is the same network otherwise; so has another activation."""

    class Sum(nn.Module):
        def forward(self, channels):
            return channels.relu().sum(-1)

    for middle in ((Sum(),), (nn.GELU(), *pooled()), (nn.ReLU(), nn.AvgPool1d(1), *pooled())):
        answer = grade(find("01-ring"), lambda width, inputs, outputs: parted(width, inputs, outputs, *middle), seed=2)  # noqa: B023
        assert answer.passed, answer


def test_a_module_that_no_diagnosis_knows_is_told_what_is_off():
    def wide(width, inputs, outputs):
        return parted(
            width, inputs, outputs, nn.ReLU(), *pooled(), last=nn.Sequential(nn.Linear(width, 9), nn.Linear(9, outputs))
        )

    result = grade(find("01-ring"), wide, seed=3)
    assert result.diagnosis is None
    said = "what is not right is the number of parameters. 0 of 2 cases agree."
    assert re.fullmatch(rf"`ring\(width=\d, inputs=1\d, outputs=\d\)`: {said}", result.message)
    numbers = grade(find("01-ring"), lambda width, inputs, outputs: [1.0] * 6, seed=3)
    assert "TypeError: ring must return a torch.nn.Module, got list" in numbers.message
    flat = grade(find("01-ring"), lambda width, inputs, outputs: nn.Unflatten(1, (1, inputs)), seed=3)
    assert "32 signals must have as many rows of outputs, got (32, 1," in flat.message
    stuck = grade(find("01-ring"), lambda width, inputs, outputs: nn.Conv1d(1, width, 5), seed=3)
    assert (stuck.diagnosis, "RuntimeError" in stuck.message) == ("raised an error", True)


def test_the_numbers_of_parameters_in_the_messages_are_those_of_the_modules():
    exercise, sizes = find("01-ring"), (3, 12, 4)
    assert exercise.oracle(*sizes)[0] == 34
    told = {}
    for mistake in exercise.mistakes:
        counts = [int(count) for count in re.findall(r"(\d+) parameters", mistake.message)]
        told |= {mistake.name: counts[0]} if counts else {}
    assert len(told) == 6
    for name, count in told.items():
        assert sum(one.numel() for one in mistake_of("01-ring", name).wrong(*sizes).parameters()) == count


def test_a_right_module_can_be_trained_and_learns_what_lies_somewhere_on_a_ring():
    """Two patterns of the same numbers, in another order and at any place: chance is a half."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 600)
    patterns = np.array([[1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0], [4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]], dtype=np.float32)
    inputs = np.stack([np.roll(patterns[label], generator.integers(11)) for label in labels])
    task = Task("turned", inputs[:400], labels[:400], inputs[400:], labels[400:], 2)
    right = lambda width, inputs, outputs: parted(width, inputs, outputs, nn.ReLU(), *pooled())  # noqa: E731
    run = finish(train(task, network=right, width=8, optimizer="adam", step_size=0.01, steps=150, evaluations=2))
    assert run.test_error[0, -1] < 0.05
    blind = find("01-ring").mistakes[3]
    assert blind.name == "no activation"
    run = finish(train(task, network=blind.wrong, width=8, optimizer="adam", step_size=0.01, steps=150, evaluations=2))
    assert run.test_error[0, -1] > 0.4
