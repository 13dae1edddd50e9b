"""Samples and laws are those of scipy, of the characteristic function, and of simulation."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, gamma, gammainc
from scipy.stats import kstest, levy_stable

from scalinglab.heavy_tails import (
    best_k_error,
    limiting_error,
    limiting_node_error,
    limiting_prunable_fraction,
    limiting_singular_value_error,
    node_error,
    predicted_error,
    prunable_fraction,
    singular_value_error,
    stable,
    stable_matrix,
)
from scalinglab.heavy_tails.laws import positive_stable_quantile, stable_quantile, stable_survival, truncated_moment
from scalinglab.heavy_tails.stable import positive_stable
from tests.trials import trials

FOLDER = Path(__file__).with_name("trials")
INDICES = (0.6, 1.0, 1.3, 1.5, 1.9, 2.0)


@pytest.mark.parametrize("alpha", [0.8, 1.0, 1.5, 1.9])
def test_samples_follow_the_law_of_scipy(alpha):
    assert kstest(stable(alpha, 2000, 3), lambda x: levy_stable.cdf(x, alpha, 0)).pvalue > 0.001


@pytest.mark.parametrize("alpha", INDICES)
def test_samples_have_the_characteristic_function(alpha):
    times = np.array([0.3, 1.0, 2.0])
    waves = np.cos(np.outer(times, stable(alpha, 200_000, 1))).mean(1)
    # Cosines lie between -1 and 1, so the standard error is below 1 / sqrt(n) = 0.0022.
    np.testing.assert_allclose(waves, np.exp(-(times**alpha)), atol=4 * 0.0022)


@pytest.mark.parametrize("beta", [0.4, 0.75, 0.95])
def test_positive_samples_have_the_laplace_transform(beta):
    sample, points = positive_stable(beta, 200_000, np.random.default_rng(2)), np.array([0.2, 1.0, 4.0])
    assert sample.min() > 0
    np.testing.assert_allclose(np.exp(-np.outer(points, sample)).mean(1), np.exp(-(points**beta)), atol=4 * 0.0012)
    assert (sample < positive_stable_quantile(beta, 0.5)).mean() == pytest.approx(0.5, abs=4 * 0.0012)


@pytest.mark.parametrize("alpha", [0.6, 1.5, 1.9])
def test_elliptical_entries_have_the_same_law_as_independent_ones(alpha):
    first_row = stable_matrix("columns", alpha, 1, 4000, 1)[0]
    one_each = [stable_matrix("layer", alpha, 1, 1, seed).item() for seed in range(1000)]
    for sample in (first_row, one_each):
        assert kstest(np.abs(sample), lambda x: 1 - stable_survival(alpha, x)).pvalue > 0.001


def test_the_matrices_are_those_of_their_kinds():
    for kind, factors in (("columns", 4), ("layer", 1)):  # a factor for each column, or one for all
        generator = np.random.default_rng(7)
        lengths = np.sqrt(2 * positive_stable(0.75, factors, generator))
        assert np.array_equal(stable_matrix(kind, 1.5, 3, 4, 7), lengths * generator.standard_normal((3, 4)))
    assert np.array_equal(stable_matrix("independent", 1.5, 3, 4, 7), stable(1.5, (3, 4), 7))


@pytest.mark.parametrize("alpha", [0.5, 0.8, 0.95, 1.02, 1.1, 1.5, 1.9, 2.0])
def test_survival_is_that_of_scipy(alpha):
    points = np.array([0.1, 1.0, 5.0, 50.0])
    np.testing.assert_allclose(stable_survival(alpha, points), 2 * levy_stable.sf(points, alpha, 0), atol=2e-6)


@pytest.mark.parametrize("alpha", [0.995, 1.0, 1.004, 1.01, 1.5])
def test_survival_near_the_cauchy_law_is_that_of_the_characteristic_function(alpha):
    """By inversion, P(|X| < t) = (2 / pi) int sin(u t) / u exp(-u^alpha) du: scipy itself takes Cauchy's law there."""
    u = (np.arange(200_000) + 0.5) * 2e-4  # midpoints up to 40
    for point in (0.3, 1.0, 5.0, 20.0):
        inside = 2 / np.pi * float((np.sin(u * point) / u * np.exp(-(u**alpha))).sum() * 2e-4)
        assert float(stable_survival(alpha, point)) == pytest.approx(1 - inside, abs=3e-4)


@pytest.mark.parametrize("alpha", [0.8, 0.97, 0.999, 1.0, 1.0015, 1.02, 1.06, 1.5, 1.9, 2.0])
@pytest.mark.parametrize("point", [0.0, 1e-12, 1e-6, 1e-3, 0.03])
def test_survival_near_zero_is_that_of_the_series(alpha, point):
    """The density is ``sum (-1)^k x^2k Gamma((2 k + 1) / alpha) / (2 k)! / (pi alpha)``; five terms are enough."""
    inside = sum(
        (-1) ** k * point ** (2 * k + 1) / math.factorial(2 * k + 1) * gamma((2 * k + 1) / alpha) / alpha
        for k in range(5)
    )
    assert float(stable_survival(alpha, point)) == pytest.approx(1 - 2 / np.pi * inside, abs=2e-9)


@pytest.mark.parametrize("alpha", [0.3, 0.6, 0.9, 0.97, 0.9985])
@pytest.mark.parametrize("point", [20.0, 1e3, 1e8])
def test_the_far_tail_is_that_of_the_series(alpha, point):
    terms = [
        (-1) ** (k - 1) * gamma(k * alpha) / gamma(k + 1) * np.sin(np.pi * k * alpha / 2) * point ** (-k * alpha)
        for k in range(1, 60)
    ]
    assert float(stable_survival(alpha, point)) == pytest.approx(2 / np.pi * sum(terms), rel=1e-7)


def test_the_tail_in_the_large_is_a_power():
    for alpha in (0.4, 0.99, 1.0, 1.5, 1.95):
        tail = 2 * gamma(alpha) * np.sin(np.pi * alpha / 2) / np.pi
        assert float(stable_survival(alpha, 1e12)) * 1e12**alpha == pytest.approx(tail, rel=1e-4)


@pytest.mark.parametrize("p", [0.01, 0.05, 0.2, 0.4, 0.8])
@pytest.mark.parametrize("kept", [0.01, 0.5, 0.9])
def test_limits_for_small_p_of_the_cauchy_law_are_its_integrals(p, kept):
    """With ``|X| = tan(u)``, the moment is ``2 / pi int tan(u)^p du``, which is ``1 / cos(pi p / 2)`` in all."""
    cut = np.pi / 2 * (1 - kept)
    inside = quad(lambda u: (np.tan(u) / u if u else 1.0) ** p, 0, cut, weight="alg", wvar=(p, 0))[0]
    expected = 2 / np.pi * inside * np.cos(np.pi * p / 2)
    assert limiting_error(kept, law="stable", p=p, index=1.0) ** p == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("index", [1.2, 1.5, 1.9])
def test_limits_for_small_p_are_those_of_incomplete_gamma_functions(index):
    """Given the angle of the formula of Chambers, Mallows and Stuck, |X| is a power of an exponential number."""
    log = np.linspace(-60, 60, 6000)
    share, left = expit(log), np.pi / 2 * expit(-log)
    logs = np.log(np.sin(np.where(left < 0.5, np.pi * (1 - index / 2) + index * left, index * np.pi / 2 * share)))
    logs -= np.log(np.sin(left)) / index
    logs += (1 - index) / index * np.log(np.sin(np.pi * (1 - index / 2) + (index - 1) * left))
    for p, kept in ((0.02, 0.5), (0.05, 0.5), (0.3, 0.05)):
        order = 1 + p * (index - 1) / index
        weights = share * expit(-log) * np.exp(p * logs)
        wait = (stable_quantile(index, kept) * np.exp(-logs)) ** (index / (index - 1))
        expected = weights @ gammainc(order, wait) / weights.sum()
        assert limiting_error(kept, law="stable", p=p, index=index) ** p == pytest.approx(expected, rel=1e-7)
    assert index != 1.5 or limiting_error(0.5, law="stable", p=0.05, index=1.5) ** 0.05 == pytest.approx(
        0.4774, abs=1e-4
    )


@pytest.mark.parametrize("alpha", [0.7, 1.2, 1.9])
def test_quantiles_and_truncated_moments_are_those_of_a_sample(alpha):
    sample, cut = np.abs(stable(alpha, 400_000, 5)), stable_quantile(alpha, 0.1)
    assert (sample > cut).mean() == pytest.approx(0.1, abs=4 * 0.0005)
    assert (np.where(sample < cut, sample, 0) ** 2).mean() == pytest.approx(truncated_moment(alpha, cut), rel=0.02)


@pytest.mark.parametrize(("density", "limit"), [(0.1, 0.7488), (0.2, 0.5918), (0.5, 0.2671)])
def test_normal_limits(density, limit):
    assert limiting_error(density) == pytest.approx(limit, abs=1e-4)
    sample = np.random.default_rng(0).standard_normal(1_000_000)
    assert best_k_error(sample, density) == pytest.approx(limit, abs=2e-3)


@pytest.mark.parametrize(
    ("law", "index", "limit"),
    [
        ("uniform", None, 0.854),
        ("laplace", None, 0.636),
        ("student", 3, 0.5405),
        ("student", 5, 0.6589),
        ("student", 2.5, 0.4408),
        ("student", 2, 0.0),
        ("stable", 1.9, 0.0),
        ("stable", 2, 0.7488),
    ],
)
def test_limits_of_other_laws(law, index, limit):
    assert limiting_error(0.1, law=law, index=index) == pytest.approx(limit, abs=1e-3)


@pytest.mark.parametrize(("law", "p"), [("uniform", 1.0), ("laplace", 2.0), ("normal", 0.5), ("student", 2.0)])
def test_limits_are_those_of_samples(law, p):
    generator = np.random.default_rng(1)
    draw = {"uniform": generator.random, "laplace": generator.laplace, "normal": generator.standard_normal}
    sample = generator.standard_t(6, 400_000) if law == "student" else draw[law](size=400_000)
    expected = limiting_error(0.2, law=law, p=p, index=6 if law == "student" else None)
    assert best_k_error(sample, 0.2, p=p) == pytest.approx(expected, abs=5e-3)


def test_the_limit_of_a_stable_law_in_a_norm_below_its_index():
    """A first moment of index 1.5 settles slowly (the error of a mean is n^(-1/3)), so the tolerance is wide."""
    errors = [best_k_error(stable(1.5, 300_000, seed), 0.1, p=1.0) for seed in range(9)]
    assert np.median(errors) == pytest.approx(limiting_error(0.1, law="stable", index=1.5, p=1.0), abs=0.01)
    assert np.median(errors) == pytest.approx(0.535, abs=0.01)


def test_limits_of_nodes_and_singular_values():
    assert limiting_node_error(0.1) == pytest.approx(0.9487, abs=1e-4)
    assert limiting_singular_value_error(0.1) == pytest.approx(0.8285, abs=1e-4)
    assert limiting_singular_value_error(1.0) == pytest.approx(0, abs=1e-7)
    normal = np.random.default_rng(0).standard_normal((600, 600))
    assert singular_value_error(normal, 0.1) == pytest.approx(limiting_singular_value_error(0.1), abs=5e-3)
    long = np.random.default_rng(0).standard_normal((4000, 100))
    assert node_error(long, 0.1) == pytest.approx(limiting_node_error(0.1), abs=5e-3)


def test_the_baselines_of_prunable_fractions():
    assert limiting_prunable_fraction(0.1, law="uniform") == pytest.approx(0.01 ** (1 / 3), abs=1e-9)
    assert limiting_prunable_fraction(0.1) == pytest.approx(0.2653, abs=1e-4)
    assert limiting_prunable_fraction(0.1, law="stable", index=1.9) == 1
    generator = np.random.default_rng(0)
    assert prunable_fraction(generator.uniform(-1, 1, 10**6), 0.1) == pytest.approx(0.2154, abs=1e-3)
    assert prunable_fraction(generator.standard_normal(10**6), 0.1) == pytest.approx(0.2653, abs=1e-3)


def medians(alpha, n, repetitions):
    rows = max(1, min(repetitions, 10**6 // n))
    errors = [
        best_k_error(stable(alpha, (rows, n), 1000 * n + start), 0.1, axis=1) for start in range(0, repetitions, rows)
    ]
    return float(np.median(np.concatenate(errors)))


def median(table, column):
    return float(np.median([one[column] for one in table]))


#: Kept fraction 0.1, p = 2: medians at n = 100, 1000, 10,000, 100,000.
ERRORS = {
    1.0: (0.170, 0.048, 0.013, 0.0044),
    1.25: (0.317, 0.149, 0.076, 0.038),
    1.5: (0.462, 0.311, 0.208, 0.154),
    1.75: (0.642, 0.532, 0.452, 0.395),
    1.9: (0.719, 0.675, 0.637, 0.590),
}


@pytest.fixture(scope="module")
def longest():
    """Errors of vectors of 100,000 for each index, ten tens of them."""

    def trial(ten):
        found = {alpha: best_k_error(stable(alpha, (10, 100_000), 10**8 + 10 * ten), 0.1, axis=1) for alpha in ERRORS}
        return {f"{alpha} {place}": float(e) for alpha, errors in found.items() for place, e in enumerate(errors)}

    return trials(FOLDER / "stable_vectors.json", trial, 10, again=1, rel=1e-6)


@pytest.mark.parametrize("alpha", ERRORS)
def test_errors_of_stable_vectors_fall_with_n_as_predicted(alpha, longest):
    """The logarithm of the error has a standard deviation of up to 0.8 at any n: 400 repetitions, 100 of the longest.

    A median of 400 then has a standard error of up to 5 percent, of 100 of up to 10: hence 15 and 25 percent.
    """
    counts = np.array([100, 1000, 10_000, 100_000])
    last = np.median([one[f"{alpha} {place}"] for one in longest for place in range(10)])
    found = np.array([medians(alpha, n, 400) for n in counts[:3].tolist()] + [last])
    np.testing.assert_allclose(found[:3], ERRORS[alpha][:3], rtol=0.15)
    assert found[3] == pytest.approx(ERRORS[alpha][3], rel=0.25)
    slope = np.polyfit(np.log(counts[1:]), np.log(found[1:]), 1)[0]
    assert slope == pytest.approx(0.5 - 1 / alpha, abs=0.06)
    if alpha <= 1.75:
        assert found[3] == pytest.approx(predicted_error(alpha, 100_000, 0.1), rel=0.25)


def test_the_prediction_gives_the_whole_law_of_the_error():
    errors = best_k_error(stable(1.25, (400, 10_000), 9), 0.1, axis=1)
    for quantile in (0.1, 0.5, 0.9):
        below = (errors < predicted_error(1.25, 10_000, 0.1, quantile=quantile)).mean()
        assert below == pytest.approx(quantile, abs=4 * np.sqrt(quantile * (1 - quantile) / 400))
    assert np.log(errors).std() == pytest.approx(0.8, abs=0.15)


def test_normal_vectors_do_not_become_compressible():
    for n in (1000, 100_000):
        assert best_k_error(stable(2.0, n, 1), 0.1) == pytest.approx(0.7488, abs=0.03)
    np.testing.assert_allclose(predicted_error(2.0, [10, 1e9], 0.1), limiting_error(0.1))


def test_the_exponent_of_the_norm_decides():
    """Index 1.5: a plateau for p below it, and a power law n^(1/p - 1/alpha) above."""
    few, many = (
        {p: np.median([best_k_error(stable(1.5, n, 50 + seed), 0.1, p=p) for seed in range(15)]) for p in (1.0, 3.0)}
        for n in (3000, 300_000)
    )
    assert few[1.0] == pytest.approx(many[1.0], abs=0.02)
    assert np.log(many[3.0] / few[3.0]) / np.log(100) == pytest.approx(1 / 3 - 1 / 1.5, abs=0.06)


#: Kept 0.1, n = 1024 (singular values 256): magnitude, node, singular values.
MATRICES = {
    ("independent", 1.75): (0.322, 0.596, 0.624),
    ("independent", 2.0): (0.749, 0.944, 0.826),
    ("columns", 1.5): (0.232, 0.280, 0.378),
    ("columns", 1.75): (0.447, 0.534, 0.605),
    ("columns", 2.0): (0.749, 0.944, 0.826),
    ("layer", 1.0): (0.749, 0.944, 0.826),
    ("layer", 1.5): (0.749, 0.944, 0.825),
}


#: The same of very heavy matrices.
HEAVIEST = {
    ("independent", 1.0): (0.001, 0.050, 0.079),
    ("independent", 1.5): (0.098, 0.338, 0.419),
    ("columns", 1.0): (0.042, 0.056, 0.086),
}
HEAVY = [(kind, alpha) for kind, alpha in MATRICES if kind != "layer" and alpha < 2] + list(HEAVIEST)
METHODS = ("magnitude", "node", "singular values")


def errors_of(kind, alpha, seed):
    weights = stable_matrix(kind, alpha, 1024, 1024, seed)
    errors = best_k_error(weights, 0.1), node_error(weights, 0.1), singular_value_error(weights[:256, :256], 0.1)
    return [float(error) for error in errors]


@pytest.fixture(scope="module")
def matrices():
    """Errors of heavy matrices, 21 of each kind."""

    def trial(seed):
        found = [(f"{kind} {alpha}", errors_of(kind, alpha, seed)) for kind, alpha in HEAVY]
        return {f"{cell} {way}": e for cell, errors in found for way, e in zip(METHODS, errors, strict=True)}

    return trials(FOLDER / "stable_matrices.json", trial, 21, again=1, rel=1e-6)


@pytest.mark.parametrize(("kind", "alpha"), MATRICES)
def test_errors_of_stable_matrices(kind, alpha, matrices):
    """Heavy cells vary from draw to draw by a fifth or so: medians of nine draws, within a quarter."""
    if (kind, alpha) in HEAVY:
        found = [median(matrices[:9], f"{kind} {alpha} {way}") for way in METHODS]
        np.testing.assert_allclose(found, MATRICES[kind, alpha], rtol=0.25)
    else:
        np.testing.assert_allclose(errors_of(kind, alpha, 0), MATRICES[kind, alpha], rtol=0.01)


@pytest.mark.parametrize(("kind", "alpha"), HEAVIEST)
def test_errors_of_very_heavy_matrices(kind, alpha, matrices):
    """Medians of 21 draws of the logarithm, whose standard deviation is up to 0.8: three standard errors are 0.65."""
    found = [median(matrices, f"{kind} {alpha} {way}") for way in METHODS]
    np.testing.assert_allclose(np.log(found), np.log(HEAVIEST[kind, alpha]), atol=0.65)


@pytest.mark.parametrize(
    ("alpha", "independent", "columns"), [(1.9, 0.313, 0.288), (1.75, 0.432, 0.332), (2.0, 0.265, 0.265)]
)
def test_prunable_fractions_of_stable_matrices(alpha, independent, columns):
    found = {
        kind: np.median([prunable_fraction(stable_matrix(kind, alpha, 500, 500, seed), 0.1) for seed in range(5)])
        for kind in ("independent", "columns", "layer")
    }
    expected = {"independent": independent, "columns": columns, "layer": 0.265}
    for kind, value in expected.items():
        assert found[kind] == pytest.approx(value, rel=0.12 if alpha < 2 and kind != "layer" else 0.01)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: stable(0, 3), "alpha must be positive, got 0"),
        (lambda: stable(2.1, 3), "alpha must be above 0, and 2 at most, got 2.1"),
        (lambda: stable(1.5, 0), "size must be positive, got 0"),
        (lambda: stable(1.5, 3, -1), "seed must not be negative, got -1"),
        (lambda: stable_matrix("rows", 1.5, 2, 2), "kind must be one of independent, columns, layer, got 'rows'"),
        (lambda: stable_survival(1.5, -1.0), "values must not be negative, got -1.0"),
        (lambda: limiting_error(0), "density must be above 0, and 1 at most, got 0"),
        (lambda: limiting_error(0.1, law="student"), "index must be given for student and stable laws"),
        (lambda: limiting_error(0.1, law="normal", index=2), "index must be given for student and stable laws"),
        (lambda: limiting_error(0.1, law="gumbel"), "law must be one of normal, uniform, laplace, student, stable"),
        (lambda: predicted_error(1.5, 0, 0.1), "n must be positive, got 0"),
        (lambda: predicted_error(1.5, 10, 0.1, quantile=1), "quantile must be above 0 and below 1, got 1"),
        (lambda: limiting_prunable_fraction(1.5), "error must be from 0 to 1, got 1.5"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
