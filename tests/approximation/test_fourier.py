"""Series on the torus: the basis is orthonormal, errors by coefficients are those by integration."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.approximation import FourierSeries, band_limited, power_law, sample
from scalinglab.approximation.fourier import basis, grid


@pytest.mark.parametrize(("band", "dimension"), [(0, 1), (7, 1), (3, 2)])
def test_the_basis_is_orthonormal(band, dimension):
    # A grid of more than 2 band points integrates products of two basis functions exactly.
    matrix = basis(grid(2 * band + 1, dimension), band)
    np.testing.assert_allclose(matrix.T @ matrix / len(matrix), np.eye(matrix.shape[1]), rtol=0, atol=1e-14)


def test_a_wider_basis_only_adds_columns():
    places = np.random.default_rng(0).random((5, 1))
    np.testing.assert_array_equal(basis(places, 9)[:, :13], basis(places, 6))


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_error_by_coefficients_is_the_mean_square_on_a_fine_grid(dimension):
    target, other = (band_limited(b, dimension=dimension, targets=3, seed=b) for b in (3, 5))
    places = grid(16, dimension)
    apart = ((target.values(places) - other.values(places)) ** 2).mean(1) / (target.values(places) ** 2).mean(1)
    np.testing.assert_allclose(other.error(target), apart, rtol=1e-12)
    np.testing.assert_allclose(target.error(target), 0, atol=0)


def test_an_error_is_in_units_of_the_mean_square_of_its_target():
    target = FourierSeries([[0.0, 3.0, 4.0], [2.0, 0.0, 0.0]])
    found = FourierSeries([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0]]).error(target)
    np.testing.assert_allclose(found, [16 / 25, 1], rtol=1e-15)


def test_values_are_periodic_and_those_of_the_formula():
    series = FourierSeries([[0.5, 1.0, 0.0, 0.0, -2.0]])
    x = np.linspace(-0.7, 2.1, 11)
    expected = 0.5 + math.sqrt(2) * (np.cos(2 * np.pi * x) - 2 * np.sin(4 * np.pi * x))
    np.testing.assert_allclose(series.values(x)[0], expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(series.values(x + 3)[0], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("dimension", [1, 2])
def test_own_inputs_for_each_function_give_what_each_alone_gives(dimension):
    series = band_limited(4, dimension=dimension, targets=3)
    places = np.random.default_rng(1).random((3, 6, dimension))
    alone = [FourierSeries(series.coefficients[i : i + 1]).values(places[i])[0] for i in range(3)]
    np.testing.assert_allclose(series.values(places), alone, rtol=0, atol=1e-13)


@pytest.mark.parametrize("dimension", [1, 2])
def test_targets_have_mean_square_one_and_nothing_above_their_band(dimension):
    target = band_limited(3, dimension=dimension, targets=40)
    np.testing.assert_allclose(target.mean_square, 1, rtol=1e-12)
    np.testing.assert_allclose(target.power().sum(1), 1, rtol=1e-12)
    assert target.unknowns == 7**dimension
    assert target.widened(6).power()[:, 4:].max() == 0


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_tail_of_a_power_law_falls_with_twice_the_smoothness(dimension):
    highest = {1: 512, 2: 34}[dimension]
    target = power_law(1.0, highest=highest, dimension=dimension, targets=300 if dimension == 1 else 200)
    power = target.power().mean(0)
    # The sum over k > K of k^-(1 + 2 s) goes as K^-(2 s), minus the same at the highest frequency, where it ends. A
    # box and a ball in two dimensions differ by a constant factor.
    first, last = (4, 32) if dimension == 1 else (4, 12)
    tail = [power[k + 1 :].sum() + power[first + 1 :].sum() * (first / highest) ** 2 for k in (first, last)]
    assert math.log(tail[0] / tail[1]) / math.log(last / first) == pytest.approx(2, abs=0.15)
    assert power[0] == 0


def test_more_samples_and_more_targets_begin_with_the_fewer():
    target = band_limited(5, targets=4)
    np.testing.assert_allclose(band_limited(5, targets=2).coefficients, target.coefficients[:2], rtol=0, atol=0)
    fewer, more = (sample(target, count, noise=0.3) for count in (7, 11))
    np.testing.assert_array_equal(more.inputs[:, :7], fewer.inputs)
    np.testing.assert_allclose(more.labels[:, :7], fewer.labels, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(more.part(2, 5).labels, more.labels[:, 2:5])


def test_noise_has_the_size_that_was_asked_for_and_scales():
    target = FourierSeries([[0.0, 3.0, 4.0]] * 50)  # root mean square 5
    clean, noisy, noisier = (sample(target, 400, noise=level).labels for level in (0, 0.1, 0.2))
    # 20,000 draws: the standard deviation is known to 0.5 %.
    assert (noisy - clean).std() == pytest.approx(0.5, rel=0.02)
    np.testing.assert_allclose(noisier - clean, 2 * (noisy - clean), rtol=0, atol=1e-12)


def test_rows_hold_the_values():
    series = band_limited(2, dimension=2, targets=2)
    rows = series.rows(4)
    assert len(rows) == 32
    assert set(rows[0]) == {"function", "x", "y", "value"}
    assert rows[21]["value"] == pytest.approx(series.values([[rows[21]["x"], rows[21]["y"]]])[1, 0])
    assert sample(series, 3).rows()[0].keys() == {"function", "x", "y", "label"}


ONE = FourierSeries([[1.0]])
BAD = [
    (lambda: FourierSeries([1.0, 2.0]), "coefficients must have the shape"),
    (lambda: FourierSeries([[1.0, 2.0]]), "coefficients must have the shape"),
    (lambda: FourierSeries([[math.nan]]), "coefficients must be finite"),
    (lambda: FourierSeries([["a"]]), "coefficients must be numbers"),
    (lambda: ONE.values([[1.0, 2.0]]), "inputs must have the shape (points, 1) or (1, points, 1), got (1, 2)"),
    (lambda: ONE.values([math.inf]), "inputs must be finite, at least one"),
    (lambda: ONE.error(3), "target must be a FourierSeries, got 3"),
    (lambda: ONE.error(band_limited(2, targets=2)), "target must hold 1 functions in 1-D"),
    (lambda: ONE.error(FourierSeries([[0.0]])), "target must hold no function that is zero"),
    (lambda: ONE.rows(0), "points must be positive, got 0"),
    (lambda: band_limited(-1), "band must not be negative, got -1"),
    (lambda: band_limited(3, dimension=3), "dimension must be one of 1, 2, got 3"),
    (lambda: band_limited(5000), "band must let a function have at most 5000 unknowns, not 10001, got 5000"),
    (lambda: band_limited(100, targets=10**9), "targets must not exceed 99502 with 201 unknowns each"),
    (lambda: power_law(-1), "smoothness must be from 0 to 10, got -1"),
    (lambda: power_law(1, dimension=2), "highest must let a function have at most 5000 unknowns"),
    (lambda: sample(ONE, 0), "samples must be positive, got 0"),
    (lambda: sample(ONE, 10**9), "samples must not exceed 20000000 for 1 targets"),
    (lambda: sample(ONE, 5, noise=-0.1), "noise must not be negative, got -0.1"),
    (lambda: sample(3, 5), "target must be a FourierSeries, got 3"),
    (lambda: sample(ONE, 5, seed=-1), "seed must not be negative, got -1"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert str(caught.value).startswith(sentence)
