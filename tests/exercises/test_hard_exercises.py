"""The chapters' later exercises: the numbers in their messages are true, and their answers are those of the package."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from scalinglab import compression, heavy_tails
from scalinglab import random_features as rf
from scalinglab.exercises.bank import find
from scalinglab.scaling_laws import fit_power_law

#: What the messages of each exercise show.
EXAMPLES = {
    "01-three": ([100, 200, 400], [0.5, 0.3, 0.2], 1600),
    "02-served": (2.2, 3e4, (2, 10, 10, 0.5, 0.5)),
    "04-alias": (31, 12),
    "04-grid": (1, 5, [1, 1, 0.4, 0.3, 0.2, 0.1], 0.5),
    "05-ridge": (2, [1.0], [1.0], 0.5),
    "06-two-terms": (1.2, 0.6),
    "09-index": (1.5, 2),
    "10-layers": (0.5, ((100, 1.0, 4.0), (100, 2.0, 4.0))),
    "11-half": ([0.0, 0.0, 0.0, 1.0, 2.0], 2),
    "12-gift": (600, (2, 0.5), (0.5, 0.5, 2.5)),
}
#: Numbers that are neither given nor an answer, with the reason why they are right tested below or plain.
ALSO = {
    ("01-three", "factor for steps"): {4},
    ("01-three", "steps for factor"): {12},  # (1600 - 400) / 100
    ("02-served", "one price"): {6},
    ("02-served", "loss for gap"): {0.2},
    ("02-served", "twenty tokens each"): {20},
    ("04-alias", "always mirrored"): {29, 7},
    ("04-alias", "unchanged"): {13},
    ("04-grid", "nothing folded"): {4},
    ("04-grid", "all folded"): {2},
    ("04-grid", "remainders"): {4},
    ("04-grid", "noise not squared"): {0.3, 0.15},  # 0.5 * 3 / 5 and 0.25 * 3 / 5
    ("04-grid", "all of the noise"): {0.25},
    ("04-grid", "half the unknowns"): {0.1, 0.15},  # 0.25 * 2 / 5
    ("10-layers", "error not squared"): {0.25},
    ("10-layers", "kept for dropped"): {0.25},
    ("12-gift", "number of examples"): {900, 300},
}
NUMBER = re.compile(r"(?<![\w.^])-?\d[\d,]*(?:\.\d+)?")


def numbers(*values) -> list[float]:
    """All numbers in nested answers and arguments."""
    flat: list[float] = []
    for value in values:
        flat += numbers(*value) if isinstance(value, list | tuple | np.ndarray) else [float(value)]
    return flat


@pytest.mark.parametrize(
    ("key", "name"),
    [(key, mistake.name) for key in EXAMPLES for mistake in find(key).mistakes],
)
def test_every_number_in_a_message_is_given_or_an_answer(key, name):
    exercise, example = find(key), EXAMPLES[key]
    mistake = next(one for one in exercise.mistakes if one.name == name)
    known = numbers(*example, exercise.oracle(*example), mistake.wrong(*example))
    known += [0, 1, -1, *ALSO.get((key, name), ())]
    for text in NUMBER.findall(mistake.message):
        shown = text.rstrip(",").replace(",", "")
        half = 0.51 * 10.0 ** -len(shown.partition(".")[2])
        assert any(
            abs(float(shown) - number) < (half if "." in shown or number > 1000 else 1e-9) for number in known
        ), text


def test_three_errors_of_a_law_give_the_law_that_a_fit_finds():
    sizes, law = [50, 150, 450], (0.9, 0.6, 0.07)
    errors = [law[0] * size ** -law[1] + law[2] for size in sizes]
    more = np.geomspace(50, 450, 12)
    fitted = fit_power_law(more, law[0] * more ** -law[1] + law[2])
    assert find("01-three").oracle(sizes, errors, 9000) == pytest.approx(float(fitted.predict(9000)), rel=1e-3)


@pytest.mark.parametrize("served", [1e9, 1e13])
def test_the_served_model_is_the_cheapest_of_a_fine_grid(served):
    law, loss = (1.8, 480, 2100, 0.35, 0.37), 2.2
    parameters = np.geomspace(1e8, 1e14, 200_001)
    left = loss - law[0] - law[1] * parameters ** -law[3]
    possible = parameters[left > 0]
    tokens = (law[2] / left[left > 0]) ** (1 / law[4])
    cheapest = possible[np.argmin(6 * possible * tokens + 2 * possible * served)]
    found = find("02-served").oracle(loss, served, law)
    assert found == pytest.approx(cheapest, rel=1e-3)
    assert found < find("02-served").oracle(loss, 0.0, law)


def test_a_sampled_target_has_the_error_of_the_grid_exercise():
    """Least squares on drawn phases and noise, 4,000 times: the mean is within three standard errors."""
    band, samples, power, noise = 2, 7, [0.5, 0.8, 0.3, 0.4, 0.2, 0.3, 0.1], 0.4
    generator, fine = np.random.default_rng(0), np.arange(64) / 64
    places = np.arange(samples) / samples
    errors = []
    for _ in range(4000):
        phases = generator.uniform(0, 2 * np.pi, len(power))
        target = lambda x, phases=phases: sum(  # noqa: E731
            math.sqrt(p) if k == 0 else math.sqrt(2 * p) * np.cos(2 * np.pi * k * x + phases[k])
            for k, p in enumerate(power)
        )
        labels = target(places) + noise * generator.normal(size=samples)
        fit = np.fft.rfft(labels)[: band + 1] / samples
        fitted = fit[0].real + 2 * (fit[1:] @ np.exp(2j * np.pi * np.outer(np.arange(1, band + 1), fine))).real
        errors.append(np.mean((fitted - target(fine)) ** 2))
    expected = find("04-grid").oracle(band, samples, power, noise)
    assert abs(np.mean(errors) - expected) < 3 * np.std(errors) / math.sqrt(len(errors))


def test_the_frequency_that_a_mistake_shows():
    assert [find("04-alias").oracle(29, 12), find("04-alias").oracle(13, 12)] == [5, 1]
    mirrored = next(one for one in find("04-alias").mistakes if one.name == "always mirrored")
    assert mirrored.wrong(29, 12) == 7


def test_no_ridge_of_the_package_does_better_than_the_best_ridge():
    law, samples, noise = rf.power_law(1.5, 1.2, 12), 8, 0.4
    values, parts = law.eigenvalues.tolist(), law.target_power.tolist()
    best = find("05-ridge").oracle(samples, values, parts, noise)
    sizes = {"width": math.inf, "samples": samples, "noise": noise}
    losses = [rf.final_loss(law, ridge=ridge, **sizes) + noise for ridge in np.geomspace(1e-4, 10, 400)]
    assert min(losses) == pytest.approx(best, rel=1e-4)
    assert min(losses) > best * (1 - 1e-9)


@pytest.mark.parametrize(("index", "batch"), [(1.3, 1), (1.5, 2), (2.0, 3), (2.7, 4)])
def test_the_step_size_has_the_index_by_the_package(index, batch):
    step = find("09-index").oracle(index, batch)
    assert heavy_tails.recursion_tail_index(step, batch, 1) == pytest.approx(index, rel=1e-4)


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


def test_half_as_many_points_keep_the_moments_that_the_package_counts():
    points = np.random.default_rng(0).uniform(-1, 1, 40)
    places, weights = find("11-half").oracle(points.tolist(), 4)
    assert compression.moment_error(points[:, None], None, places[:, None], weights, 7) < 1e-12
    assert compression.moment_error(points[:, None], None, places[:, None], weights, 8) > 1e-6
    assert (weights > 0).all()
    assert len(compression.compress(points[:, None], 8, 7)) == 2 * 4


def test_the_exponent_of_two_terms_is_that_of_the_hard_tasks_of_chapter_06():
    for a, b in itertools.product((1.3, 1.8), (1.1, 1.6)):
        published = rf.compute_optimal_exponents(a, b, law="published").loss
        assert find("06-two-terms").oracle(a - 1, (a - 1) / b) == pytest.approx(published, rel=1e-6)


def test_the_bill_of_a_gift_is_paid():
    budget, prices, law = EXAMPLES["12-gift"]
    gain = find("12-gift").oracle(budget, prices, law)
    examples = gain ** (1 / law[0]) * budget / prices[0]
    assert examples == pytest.approx(900)
    assert prices[1] * examples + prices[0] * law[2] * examples ** law[1] == pytest.approx(budget)


def test_compression_does_not_pay_for_every_student():
    for seed in range(20):
        *_, last = find("12-gift").draw(seed)
        assert find("12-gift").oracle(*last) < 1 < find("12-gift").oracle(*find("12-gift").draw(seed)[0])
