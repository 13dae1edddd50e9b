"""Compressing points: moments to rounding on any input, no more points than asked, one sentence for bad input."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.compression import compress, moment_count, moment_error, recombine
from scalinglab.compression.exponents import regression_exponents
from scalinglab.compression.partition import _lowest, cut

N = 2000
GENERATOR = np.random.default_rng(0)
SQUARE = GENERATOR.uniform(size=(N, 2))
DEGENERATE = {
    "duplicates": (np.repeat(GENERATOR.uniform(size=(20, 2)), N // 20, axis=0), None),
    "collinear": (np.outer(GENERATOR.uniform(size=N), [1, 2, np.pi]) + np.array([0.3, 0.1, 0.7]), None),
    "nearly collinear": (np.outer(SQUARE[:, 0], [1, 2]) + 1e-13 * SQUARE, None),
    "constant coordinate": (np.column_stack([SQUARE, np.full(N, 7.0)]), None),
    "lattice": (GENERATOR.integers(0, 4, size=(N, 2)).astype(float), None),
    "binary": (GENERATOR.integers(0, 2, size=(N, 3)).astype(float), None),
    "identical": (np.full((N, 2), 3.3), None),
    "circle": (np.column_stack([np.cos(6 * SQUARE[:, 0]), np.sin(6 * SQUARE[:, 0])]), None),
    "Cauchy": (GENERATOR.standard_cauchy(size=(N, 2)), None),
    "offset": (SQUARE + 1e6, None),
    "tiny": (SQUARE * 1e-8, None),
    "subnormal": (SQUARE * 1e-310, None),
    "huge": ((2 * SQUARE - 1) * 1.7e308, None),
    "24 decades of weights": (SQUARE, 10 ** GENERATOR.uniform(-12, 12, N)),
    "zero weights": (SQUARE, np.where(GENERATOR.uniform(size=N) < 0.9, 0.0, 1.0)),
    "one weight": (SQUARE, np.eye(1, N)[0]),
    "huge weights": (SQUARE, 1e300 * GENERATOR.uniform(size=N)),
    "few": (SQUARE[:5], None),
}


def checked(points, few, weights=None):
    """Every promise of a compressed set at once; returns the error of its moments."""
    given = np.ones(len(points)) if weights is None else weights
    assert (few.weights > 0).all()
    assert (np.diff(few.index) > 0).all()
    assert (given[few.index] > 0).all()
    # Sums of a few thousand numbers are themselves off by some units of rounding.
    assert few.weights.sum() == pytest.approx(given.sum(), rel=1e-13)
    return moment_error(points, weights, points[few.index], few.weights, few.order)


@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.parametrize(("size", "order"), [(60, 2), (60, 5), (150, 5), (60, None)])
def test_moments_are_kept_on_degenerate_inputs(name, size, order):
    points, weights = DEGENERATE[name]
    size = max(size, 60 if order is None else moment_count(points.shape[1], order))
    few = compress(points, size, order, weights=weights)
    assert len(few) <= size
    assert checked(points, few, weights) < 1e-12


@settings(deadline=None, max_examples=30)
@given(
    points=st.integers(1, 3000), dimension=st.integers(1, 4), order=st.integers(0, 4), cells=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)  # fmt: skip
def test_any_number_of_points_and_cells(points, dimension, order, cells, seed):
    places = np.random.default_rng(seed).normal(size=(points, dimension))
    size = max(cells * moment_count(dimension, order), dimension + 1)
    few = compress(places, size, order)
    assert len(few) <= max(size, 0)
    assert checked(places, few) < 1e-13


@pytest.mark.parametrize(
    ("name", "dimension", "order"), [("normal", 1, 60), ("normal", 1, 119), ("exponential", 1, 40), ("normal", 2, 28)]
)
def test_high_orders_are_kept_of_points_with_few_at_the_edges(name, dimension, order):
    """Far polynomials are nearly dependent there, and a step to the exact sums would leave weights below zero."""
    places = getattr(np.random.default_rng(0), name)(size=(4000, dimension))
    few = compress(places, moment_count(dimension, order), order)
    assert checked(places, few) < 1e-13


def test_each_cell_keeps_its_own_moments():
    points = np.random.default_rng(4).uniform(size=(3000, 2))
    few = compress(points, 120, 3)
    assert few.cells == 12
    weights = np.zeros(3000)
    weights[few.index] = few.weights
    for cell in cut(points, 12):
        kept = weights[cell] > 0
        assert kept.sum() <= 10
        assert moment_error(points[cell], None, points[cell][kept], weights[cell][kept], 3) < 1e-13


def test_it_agrees_with_nnls_on_what_it_keeps():
    """Both keep the sums; the rows that are left may differ, as there are many vertices."""
    points = np.random.default_rng(5).uniform(-1, 1, size=(5000, 2))
    few = compress(points, 21, 5)
    features = np.prod(points[:, None] ** np.array([[i, j] for i in range(6) for j in range(6 - i)]), axis=2)
    index, weights = recombine(features, method="nnls")
    ours, theirs = few.weights @ features[few.index], weights @ features[index]
    np.testing.assert_allclose(ours, theirs, atol=1e-12 * 5000)


def test_it_agrees_with_pyrecombine():
    recombination = pytest.importorskip("pyrecombine", exc_type=ImportError)
    points = np.random.default_rng(6).uniform(-1, 1, size=(2000, 2))
    index, weights = recombination.recombine(points, np.arange(2000), np.ones(2000), degree=4)
    few = compress(points, 15, 4)
    assert len(index) == len(few) == 15
    error = moment_error(points, None, points[index], weights, 4)
    assert error < 1e-12
    assert moment_error(points[few.index], few.weights, points[index], weights, 4) < 1e-11


def test_nothing_is_random_and_a_permutation_keeps_the_moments():
    points = np.random.default_rng(7).normal(size=(4000, 3))
    order = np.random.default_rng(8).permutation(4000)
    one, same, other = compress(points, 200, 3), compress(points, 200, 3), compress(points[order], 200, 3)
    np.testing.assert_array_equal(one.index, same.index)
    np.testing.assert_array_equal(one.weights, same.weights)
    kept = points[one.index], one.weights, points[order][other.index], other.weights
    assert moment_error(*kept, 3) < 1e-13


def test_units_and_origin_do_not_matter():
    points = np.random.default_rng(9).uniform(size=(1000, 2))
    one, other = compress(points, 60, 4), compress(1024 * points - 512, 60, 4, weights=np.full(1000, 8.0))
    np.testing.assert_array_equal(one.index, other.index)
    np.testing.assert_allclose(8 * one.weights, other.weights, rtol=1e-12)


def test_what_is_small_enough_is_left_alone():
    points, weights = SQUARE[:50], np.arange(50.0)
    few = compress(points, 50, 2, weights=weights)
    np.testing.assert_array_equal(few.index, np.arange(1, 50))
    np.testing.assert_array_equal(few.weights, weights[1:])
    again = compress(points[few.index], 50, 2, weights=few.weights)
    np.testing.assert_array_equal(again.weights, few.weights)


def test_without_an_order_the_largest_is_taken():
    few = compress(SQUARE, 60)
    assert (few.order, few.cells, few.moments) == (9, 1, 55)


def test_exponents_may_be_chosen_and_cells_cut_along_some_columns():
    points = np.random.default_rng(10).normal(size=(3000, 2))
    exponents = regression_exponents(1, 3)
    few = compress(points, 90, exponents=exponents, cell_dims=[0])
    assert (few.moments, few.cells) == (9, 10)
    assert moment_error(points, None, points[few.index], few.weights, exponents=exponents) < 1e-13
    assert moment_error(points, None, points[few.index], few.weights, 4) > 1e-4


def test_rows_are_flat_and_results_read_only():
    few = compress(SQUARE, 20, 2)
    row = few.rows(SQUARE)[0]
    assert list(row) == ["index", "weight", "x0", "x1"]
    assert row["x1"] == SQUARE[few.index[0], 1]
    assert len(few.rows()) == len(few)
    for array in (few.index, few.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize("name", ["lattice", "binary", "Cauchy", "identical"])
def test_a_split_takes_the_first_of_equal_values_and_keeps_the_order_of_the_points(name):
    """As a full sort has it: the order that ``argpartition`` leaves is not the same on every processor."""
    points, _ = DEGENERATE[name]
    for count in (1, N // 3, N - 1):
        slow = np.sort(np.argsort(points[:, 0], kind="stable")[:count])
        assert np.flatnonzero(_lowest(points[:, 0], count)).tolist() == slow.tolist()
    assert all((np.diff(cell) > 0).all() for cell in cut(points, 7))


@pytest.mark.parametrize("cells", [1, 2, 3, 7, 50, 100])
@pytest.mark.parametrize("dimension", [1, 2])
def test_cells_hold_every_point_once_and_nearly_as_many(cells, dimension):
    points = np.random.default_rng(11).normal(size=(100, dimension)).round(1)
    found = cut(points, cells)
    np.testing.assert_array_equal(np.sort(np.concatenate(found)), np.arange(100))
    sizes = [len(cell) for cell in found]
    assert len(sizes) == cells
    assert max(sizes) - min(sizes) <= 1 + 0.03 * 100 / cells


def test_a_million_points_take_little_memory():
    """The polynomials of a million points would be 280 MB; they are never all there."""
    points = np.random.default_rng(12).uniform(size=(10**6, 3))
    tracemalloc.start()
    few = compress(points, 35, 4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(few) == 35
    assert peak < 150e6
    assert moment_error(points, None, points[few.index], few.weights, 4) < 1e-13


BAD = [
    ({"size": 2}, "size must be at least 3, the moments of order 1 in 2 dimensions, got 2"),
    ({"size": 0}, "size must be positive, got 0"),
    ({"size": 20.0}, r"size must be a whole number, got 20\.0"),
    ({"size": 20, "order": 5}, "order must be at most 4 in 2 dimensions, of which the moments fit into 20, got 5"),
    (
        {"size": 2000, "order": 40},
        "order must be at most 30 in 2 dimensions, of which the moments fit into 500, got 40",
    ),
    ({"size": 20, "order": -1}, "order must not be negative, got -1"),
    ({"size": 20, "points": [[0.0, np.inf]]}, "points must be finite, got '1 entries that are not'"),
    ({"size": 20, "points": np.ones(7)}, r"points must have the shape \(points, dimension\), got \(7,\)"),
    ({"size": 20, "points": np.ones((0, 2))}, r"points must have the shape \(points, dimension\), got \(0, 2\)"),
    ({"size": 20, "weights": np.ones(3)}, "points and weights must have the same length, got points 2000, weights 3"),
    ({"size": 20, "weights": -np.ones(N)}, r"weights must not be negative, got -1\.0"),
    ({"size": 20, "order": 1, "exponents": [[0, 0]]}, "order must be left out where exponents are given, got 1"),
    ({"size": 20, "exponents": [[0, 0], [1, 1]]}, r"exponents must hold \(0, 1\) where they hold \(1, 1\)"),
    ({"size": 20, "exponents": [[0, 0], [0, 0]]}, "exponents must not be negative, and each come once"),
    ({"size": 20, "exponents": [[0]]}, "exponents must be a table of whole numbers with 2 columns"),
    ({"size": 1, "exponents": [[0, 0], [1, 0]]}, "size must be at least 2, the number of exponents, got 1"),
    ({"size": 20, "cell_dims": [2]}, "cell_dims must be different columns from 0 to 1"),
    ({"size": 20, "cell_dims": []}, "cell_dims must be different columns from 0 to 1"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        compress(**({"points": SQUARE} | arguments))
