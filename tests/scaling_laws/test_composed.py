"""The dense law inside the law of pruning: found again from errors that a known pair of laws made."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scalinglab.scaling_laws import ComposedLaw, fit_composed, fit_joint, fit_pruned_joint

CHANCE = 0.9
GRID = list(itertools.product([100, 300, 900], [8, 16, 32], np.geomspace(1, 0.004, 14)))


def made(data, width, density, *, high=0.88, slope=1.4, transition=0.5, exponent=1.2):
    dense = 4 * data**-0.7 + 3 * width**-1.3 + 0.01
    unpruned = dense / np.sqrt(1 + (dense / CHANCE) ** 2)
    square, level = (density * width**exponent) ** 2, transition**2
    raised = level * (high / unpruned) ** (2 / slope)
    # Measured before pruning is the law at density 1, which lies a little above its low plateau.
    error = unpruned * ((square + raised) / (square + level)) ** (slope / 2)
    return np.where(density == 1, unpruned, error)


def columns():
    return [np.array(column, dtype=float) for column in zip(*GRID, strict=True)]


def test_networks_beyond_the_fit_are_predicted():
    law = fit_composed(*columns(), made(*columns()), chance=CHANCE)
    assert law.dense.data_exponent == pytest.approx(0.7, abs=0.01)
    assert law.pruned.width_exponent == pytest.approx(1.2, abs=0.02)
    data, width, density = np.array([[3000, 64, 0.01], [3000, 64, 0.1], [900, 128, 0.003]]).T
    np.testing.assert_allclose(law.predict(data, width, density), made(data, width, density), rtol=0.03)


def test_it_is_one_law_inside_the_other():
    data, width, density = columns()
    error = made(data, width, density)
    law = fit_composed(data, width, density, error, chance=CHANCE)
    dense = density == 1
    inner = fit_joint(data[dense], width[dense], error[dense], chance=CHANCE)
    unpruned = [error[dense & (data == n) & (width == w)].item() for n, w in zip(data, width, strict=True)]
    outer = fit_pruned_joint(density, error, unpruned=unpruned, width=width)
    assert law.dense.parameters == inner.parameters
    assert law.pruned.parameters == outer.parameters
    expected = outer.predict(0.1, unpruned=inner.predict(500, 20), width=20)
    assert law.predict(500, 20, 0.1) == pytest.approx(float(expected))


def test_a_dense_law_beyond_the_high_plateau_is_cut_there():
    law = fit_composed(*columns(), made(*columns()), chance=CHANCE)
    assert float(law.predict(1, 2, 0.5)) == pytest.approx(law.pruned.high_plateau)
    assert isinstance(law, ComposedLaw)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"density": [0.5] * 126}, "density must be 1 once for data 100 and width 8, got 'no such point'"),
        ({"density": [0.5]}, "data and width and density and error must have the same length"),
        ({"chance": 0}, "chance must be positive, got 0"),
        ({"error": [2.0] * 126}, "error must be"),
    ],
)
def test_what_cannot_be_fitted_is_one_sentence(change, sentence):
    data, width, density = columns()
    given = {"data": data, "width": width, "density": density, "error": made(data, width, density), "chance": CHANCE}
    with pytest.raises(ValueError, match="must") as caught:
        fit_composed(**(given | change))
    assert sentence in str(caught.value)


def test_its_interval_joins_those_of_both_laws():
    """Half-widths add in squares, noise makes it wider, and it holds what it was fitted to."""
    data, width, density = columns()
    noise = np.random.default_rng(3).normal(0, 0.05, len(data))
    clean = fit_composed(data, width, density, made(data, width, density), chance=CHANCE)
    noisy = fit_composed(data, width, density, made(data, width, density) * np.exp(noise), chance=CHANCE)
    places = np.array([[300, 16, 1.0], [900, 32, 0.1], [100, 8, 0.02]]).T
    widths = [np.log(np.divide(*law.interval(*places)[::-1])) for law in (clean, noisy)]
    assert (widths[0] < 0.1 * widths[1]).all()
    middle = noisy.predict(*places)
    before = noisy.dense.predict(*places[:2])
    for side, dense, own, end in zip(
        (-1, 1),
        noisy.dense.interval(*places[:2], of="run"),
        noisy.pruned.interval(places[2], unpruned=before, width=places[1], of="run"),
        noisy.interval(*places),
        strict=True,
    ):
        capped = np.minimum(dense, noisy.pruned.high_plateau)
        through = noisy.pruned.predict(places[2], unpruned=capped, width=places[1])
        half = side * np.log(end / middle)
        np.testing.assert_allclose(half**2, np.log(through / middle) ** 2 + np.log(own / middle) ** 2, rtol=1e-9)
    inside = np.mean(
        [
            (low <= error) & (error <= high)
            for low, error, high in zip(
                noisy.interval(*columns())[0],
                made(*columns()) * np.exp(noise),
                noisy.interval(*columns())[1],
                strict=True,
            )
        ]
    )
    assert inside > 0.93
