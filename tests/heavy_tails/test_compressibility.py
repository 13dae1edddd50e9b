"""The three prunings against slow obvious oracles, the inequalities between them, and what scale does not change."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scalinglab.heavy_tails import (
    best_k_error,
    node_error,
    occam_bound,
    prunable_fraction,
    singular_value_error,
    stable_matrix,
)
from scalinglab.heavy_tails.compressibility import prune
from scalinglab.heavy_tails.dependence import column_dependence

ENTRIES = st.floats(-100, 100).filter(lambda x: x == 0 or abs(x) > 1e-6)
MATRICES = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=7), elements=ENTRIES).filter(lambda m: m.any())
DENSITIES = st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.7, 0.99, 1.0])
METHODS = {"magnitude": best_k_error, "node": node_error, "singular values": singular_value_error}


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("kept", [1, 2, 4, 6])
def test_no_choice_of_entries_is_better_than_the_largest(kept, p):
    x = np.random.default_rng(kept).standard_cauchy(6)
    whole = (np.abs(x) ** p).sum() ** (1 / p)
    errors = [
        (np.abs(np.delete(x, chosen)) ** p).sum() ** (1 / p) / whole
        for chosen in itertools.combinations(range(6), kept)
    ]
    assert best_k_error(x, kept / 6, p=p) == pytest.approx(min(errors), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(MATRICES, DENSITIES)
def test_the_errors_are_those_of_the_pruned_matrices(weights, density):
    for method, error in METHODS.items():
        left = np.linalg.norm(weights - prune(weights, density, method=method)) / np.linalg.norm(weights)
        assert float(error(weights, density)) == pytest.approx(left, abs=1e-7)


@settings(max_examples=200, deadline=None)
@given(MATRICES, DENSITIES)
def test_magnitude_and_singular_values_are_never_worse_than_nodes(weights, density):
    """With as many columns: their entries are a choice of entries, and they are an approximation of that rank."""
    columns = weights.shape[1]
    share = math.ceil(density * columns - 1e-9) / columns
    assert best_k_error(weights, share) <= node_error(weights, density) + 1e-9
    assert singular_value_error(weights, density) <= node_error(weights, density) + 1e-7


@pytest.mark.parametrize("alpha", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("kind", ["independent", "columns", "layer"])
def test_the_same_inequalities_on_stable_matrices(kind, alpha):
    for seed in range(25):
        weights = stable_matrix(kind, alpha, 30, 20, seed)
        assert best_k_error(weights, 0.2) <= node_error(weights, 0.2)
        assert singular_value_error(weights, 0.2) <= node_error(weights, 0.2)


@pytest.mark.parametrize("factor", [1e-150, 1e-3, 7.0, 1e150])
def test_errors_do_not_depend_on_the_scale(factor):
    weights = stable_matrix("independent", 1.5, 40, 30, 1)
    for error in METHODS.values():
        assert error(factor * weights, 0.2) == pytest.approx(error(weights, 0.2), rel=1e-12)
    assert prunable_fraction(factor * weights, 0.1) == prunable_fraction(weights, 0.1)
    for method in METHODS:
        np.testing.assert_array_equal(
            prune(factor * weights, 0.2, method=method) != 0, prune(weights, 0.2, method=method) != 0
        )


@pytest.mark.parametrize("density", [0.001, 0.1, 0.5, 0.999])
def test_the_error_of_a_long_vector_is_that_of_its_sorted_entries(density):
    sizes = np.sort(np.abs(np.random.default_rng(4).standard_t(2, 5000)))
    kept = round(density * sizes.size)
    shuffled = np.random.default_rng(5).permutation(sizes)
    lost, all_ = (sizes[:-kept] ** 2).sum(), (sizes**2).sum()
    assert best_k_error(shuffled, density) == pytest.approx(math.sqrt(lost / all_), rel=1e-12)


def test_a_layer_of_one_factor_has_exactly_the_errors_of_its_normal_matrix():
    heavy, normal = (stable_matrix("layer", alpha, 50, 40, 3) for alpha in (1.2, 2.0))
    for error in METHODS.values():
        assert error(heavy, 0.1) == pytest.approx(error(normal, 0.1), rel=1e-12) or heavy.shape != normal.shape


def test_vectors_along_an_axis_and_stacks_of_matrices_are_done_one_by_one():
    stack = np.random.default_rng(0).standard_normal((3, 8, 6))
    for error in (node_error, singular_value_error):
        np.testing.assert_allclose(error(stack, 0.3), [error(one, 0.3) for one in stack], rtol=1e-12)
    np.testing.assert_array_equal(best_k_error(stack, 0.3, axis=-3), best_k_error(stack, 0.3, axis=0))
    np.testing.assert_allclose(
        best_k_error(stack, 0.3, axis=1),
        [[best_k_error(one[:, column], 0.3) for column in range(6)] for one in stack],
        rtol=1e-12,
    )


@settings(max_examples=100, deadline=None)
@given(arrays(float, st.integers(1, 30), elements=ENTRIES).filter(lambda x: x.any()), st.sampled_from([0.0, 0.1, 0.5]))
def test_the_prunable_fraction_is_the_largest(x, error):
    pruned = round(prunable_fraction(x, error) * len(x))
    sizes = np.sort(np.abs(x))
    allowed = (error * np.linalg.norm(x)) ** 2
    assert (sizes[:pruned] ** 2).sum() <= allowed * (1 + 1e-9)
    assert pruned == len(x) or (sizes[: pruned + 1] ** 2).sum() >= allowed * (1 - 1e-9)


def test_densities_keep_what_decimals_say():
    """0.7 * 10 is 7.000000000000001 in floats, and keeps 7."""
    assert np.count_nonzero(prune(np.arange(1.0, 11.0)[None], 0.7)) == 7
    assert np.count_nonzero(prune(np.arange(1.0, 11.0)[None], 0.71)) == 8
    assert best_k_error(np.ones(10), 0.7) == pytest.approx(math.sqrt(0.3))


def test_the_bound_counts_networks():
    """All choices of 2 of 5 weights of 1 bit: 10 * 4 networks."""
    expected = math.sqrt((math.log(40) + math.log(20)) / 200)
    assert occam_bound(5, 0.4, 100, bits=1, delta=0.05) == pytest.approx(expected, rel=1e-12)
    assert occam_bound(1000, 0.5, 100) > occam_bound(1000, 0.1, 100) > occam_bound(1000, 0.1, 1000)
    assert occam_bound(26_000, 0.1, 500) > 1  # says nothing about the digits


def test_the_bound_holds_for_the_worst_of_many_classifiers():
    """200 fixed classifiers that guess: the worst gap of all stays below the bound in 95 of 100 draws and more."""
    generator = np.random.default_rng(0)
    draws = generator.random((300, 200, 50)) < 0.5
    worst = (0.5 - draws.mean(2)).max(1)
    bound = math.sqrt((math.log(200) + math.log(20)) / 100)
    assert (worst > bound).mean() <= 0.05


def test_independent_columns_have_no_dependence_and_common_factors_have_all():
    generator = np.random.default_rng(0)
    normal = generator.standard_normal((60, 8, 30))
    free = column_dependence(normal)
    assert abs(free.vectors) < 4 * free.vectors_error
    assert abs(free.lengths) < 4 * free.lengths_error
    scaled = column_dependence(normal * np.exp(generator.standard_normal((60, 1, 1))))
    assert scaled.lengths > 0.8
    assert abs(scaled.vectors) < 4 * scaled.vectors_error
    shared = column_dependence(normal + generator.standard_normal((60, 8, 1)))
    assert shared.vectors == pytest.approx(0.5, abs=0.06)
    assert {row["of"] for row in shared.rows()} == {"vectors", "lengths"}


def test_dependence_is_the_mean_correlation_of_pairs():
    """Against a plain correlation over all pairs of columns of one row, for a known covariance."""
    generator = np.random.default_rng(1)
    values = generator.standard_normal((4000, 1, 5)) + 0.7 * generator.standard_normal((4000, 1, 1)) + 3
    pairs = np.corrcoef(values[:, 0].T)[np.triu_indices(5, 1)]
    assert column_dependence(values).vectors == pytest.approx(pairs.mean(), abs=0.005)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: best_k_error([1, 2], 0), "density must be above 0, and 1 at most, got 0"),
        (lambda: best_k_error([1, 2], 1.1), "density must be above 0, and 1 at most, got 1.1"),
        (lambda: best_k_error([1, 2], 0.5, p=0), "p must be positive, got 0"),
        (lambda: best_k_error([0.0, 0.0], 0.5), "x must hold a number that is not 0"),
        (lambda: best_k_error([1, np.nan], 0.5), "x must be finite"),
        (lambda: best_k_error([], 0.5), "x must not be empty"),
        (lambda: best_k_error("ab", 0.5), "x must be numbers, got 'ab'"),
        (lambda: best_k_error([1, 2], 0.5, axis=1), "axis must be an axis of 1, got 1"),
        (lambda: node_error([1, 2], 0.5), "matrix_ must be a matrix"),
        (lambda: node_error(np.zeros((2, 2)), 0.5), "matrix_ must hold a number that is not 0"),
        (lambda: singular_value_error(np.ones((2, 2)), -1), "density must be above 0, and 1 at most, got -1"),
        (lambda: prune(np.ones((2, 2, 2)), 0.5), "matrix_ must be a single matrix"),
        (lambda: prune(np.ones((2, 2)), 0.5, method="rank"), "method must be one of magnitude, node, singular values"),
        (lambda: prunable_fraction([1, 2], 2), "error must be from 0 to 1, got 2"),
        (lambda: prunable_fraction([0.0], 0.5), "x must hold a number that is not 0"),
        (lambda: occam_bound(0, 0.5, 10), "parameters must be positive, got 0"),
        (lambda: occam_bound(10, 0.5, 0), "samples must be positive, got 0"),
        (lambda: occam_bound(10, 0.5, 10, bits=-1), "bits must be from 0 to 64, got -1"),
        (lambda: occam_bound(10, 0.5, 10, delta=1), "delta must be above 0 and below 1, got 1"),
        (lambda: column_dependence(np.ones((2, 3, 4))), "layers must have the shape"),
        (lambda: column_dependence(np.zeros((5, 3, 4))), "layers must hold no column of zeros"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
