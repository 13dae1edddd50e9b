"""Recombination: the sums are kept by as few rows as there are columns; four methods that share no idea agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.compression import polynomial_features, recombine
from scalinglab.compression.tree import halve, peel

METHODS = ("tree", "one by one", "nnls", "lp")


def rows(points: int, dimension: int, order: int, seed: int = 0) -> np.ndarray:
    places = np.random.default_rng(seed).uniform(-1, 1, size=(points, dimension))
    return polynomial_features(places, order)


def off(features, weights, index, kept) -> float:
    """Largest difference of the sums, each summed exactly, in units of the total weight and of the column."""
    before = [math.fsum(column) for column in (features * weights[:, None]).T]
    after = [math.fsum(column) for column in (features[index] * kept[:, None]).T]
    scale = np.abs(features).max(0) * weights.sum()
    return float((np.abs(np.subtract(before, after)) / np.where(scale > 0, scale, 1)).max())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("dimension", "order"), [(1, 5), (2, 3), (3, 2)])
def test_every_method_keeps_the_sums_on_as_few_rows_as_columns(method, dimension, order):
    features = rows(400, dimension, order)
    weights = np.random.default_rng(1).uniform(size=400)
    index, kept = recombine(features, weights, method=method)
    assert len(index) <= features.shape[1]
    assert (kept > 0).all()
    assert (np.diff(index) > 0).all()
    # HiGHS has a tolerance of 1e-7 for its constraints; its vertex is usually better.
    assert off(features, weights, index, kept) < (1e-7 if method == "lp" else 1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_a_few_rows_more_than_columns_are_enough_to_lose_some(method):
    """So that most of the weights that are left are below the largest of before."""
    features, weights = rows(13, 2, 3), np.r_[5.0, np.random.default_rng(1).uniform(size=12)]
    index, kept = recombine(features, weights, method=method)
    assert len(index) <= 10
    assert off(features, weights, index, kept) < (1e-7 if method == "lp" else 1e-13)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("decades", [6, 8, 150])
def test_columns_may_be_in_any_units(method, decades):
    """Sixteen decades and more, too, at which the rounding of one column is larger than another."""
    features = rows(200, 2, 3) * 10.0 ** np.linspace(-decades, decades, 10)
    index, kept = recombine(features, method=method)
    assert len(index) <= 10
    assert off(features, np.ones(200), index, kept) < (1e-7 if method == "lp" else 1e-12)
    np.testing.assert_array_equal(index, recombine(rows(200, 2, 3), method=method)[0])


@settings(deadline=None, max_examples=40)
@given(
    shape=st.tuples(st.integers(1, 120), st.integers(1, 12)),
    rank=st.integers(1, 12),
    decades=st.floats(0, 12),
    zeros=st.floats(0, 0.9),
    seed=st.integers(0, 10**6),
)
def test_any_features_and_weights(shape, rank, decades, zeros, seed):
    """Of any rank, with weights that span up to 24 decades and may be zero."""
    generator = np.random.default_rng(seed)
    rank = min(rank, *shape)
    features = generator.normal(size=(shape[0], rank)) @ generator.normal(size=(rank, shape[1]))
    weights = np.where(
        generator.uniform(size=shape[0]) < zeros, 0.0, 10 ** generator.uniform(-decades, decades, shape[0])
    )
    weights[0] = 1.0
    index, kept = recombine(features, weights)
    assert len(index) <= rank
    assert (kept > 0).all()
    assert (weights[index] > 0).all()
    assert off(features, weights, index, kept) < 1e-12


def test_rows_that_say_the_same_become_one():
    features = np.repeat(rows(3, 2, 4), 50, axis=0)
    index, kept = recombine(features)
    np.testing.assert_allclose(np.sort(kept), 50, rtol=1e-12)
    assert sorted(index // 50) == [0, 1, 2]


def test_fewer_rows_than_columns_stay_as_they_are():
    features, weights = rows(5, 2, 3), np.array([1.0, 0.0, 2.0, 3.0, 4.0])
    index, kept = recombine(features, weights)
    np.testing.assert_array_equal(index, [0, 2, 3, 4])
    np.testing.assert_allclose(kept, [1, 2, 3, 4], rtol=1e-13)


def test_without_a_constant_the_sums_are_kept_and_the_total_weight_need_not_be():
    features = rows(200, 2, 3)[:, 1:]
    index, kept = recombine(features)
    assert off(features, np.ones(200), index, kept) < 1e-13
    assert len(index) <= features.shape[1]


@pytest.mark.parametrize("factor", [1e-300, 1e-8, 7.0, 1e300])
def test_weights_may_be_in_any_units(factor):
    features, weights = rows(300, 2, 3), np.random.default_rng(3).uniform(size=300)
    index, kept = recombine(features, weights)
    again, more = recombine(features, factor * weights)
    np.testing.assert_array_equal(index, again)
    np.testing.assert_allclose(more, factor * kept, rtol=1e-9)


@pytest.mark.parametrize("points", [20, 35, 1000, 50_000])
def test_the_features_of_a_point_are_looked_at_about_once(points):
    """Of 50,000 points about 1.1 times; a tree that halves points, and not groups, looks twice."""
    features, looked = rows(points, 2, 3), []

    def sums(members, weights):
        looked.append(members.size)
        return np.einsum("cgj,cgjd->cjd", weights, features[members])

    members, kept, totals = halve(sums, np.ones((1, points)), 10)
    assert sum(looked) < (1.15 if points > 1000 else 1.6) * points + 20
    np.testing.assert_allclose(kept[0] @ features[members[0]], features.sum(0), rtol=0, atol=1e-12 * points)
    np.testing.assert_allclose(totals[0], features.sum(0), rtol=0, atol=1e-13 * points)


def test_a_walk_ends_with_as_many_zeros_as_directions():
    generator = np.random.default_rng(0)
    basis = np.linalg.qr(generator.normal(size=(6, 20, 20))).Q
    masses = generator.uniform(size=(6, 20))
    left = peel(np.ascontiguousarray(basis[..., 8:]), masses)
    assert ((left == 0).sum(1) == 12).all()
    assert (left >= 0).all()
    kept = basis[..., :8].swapaxes(1, 2)  # what is orthogonal to all directions
    np.testing.assert_allclose(kept @ left[..., None], kept @ masses[..., None], atol=1e-13)


BAD = [
    ({"features": np.ones(3)}, r"features must have the shape \(rows, columns\), got \(3,\)"),
    ({"features": [[1.0], [np.nan]]}, "features must be finite, got '1 entries that are not'"),
    ({"features": np.ones((3, 1)), "weights": [1, 1]}, "must have the same length, got features 3, weights 2"),
    ({"features": np.ones((2, 1)), "weights": [1, -1]}, r"weights must not be negative, got -1\.0"),
    ({"features": np.ones((2, 1)), "weights": [0, 0]}, r"weights must not all be zero, got 0\.0"),
    ({"features": np.ones((2, 1)), "weights": [1, np.inf]}, "weights must be finite"),
    ({"features": np.ones((2, 1)), "method": "simplex"}, "method must be one of tree, one by one, nnls, lp"),
    ({"features": [["a"]]}, "features must be a table of numbers"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        recombine(**arguments)
