"""Exponents and polynomials: counts, spans, and the conditioning that raw monomials lose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.compression import compress, condition, moment_count, moment_error, polynomial_features, recombine
from scalinglab.compression.exponents import largest_order, multi_indices, regression_exponents


@pytest.mark.parametrize("dimension", [1, 2, 3, 5])
@pytest.mark.parametrize("order", [0, 1, 4])
def test_the_exponents_are_all_of_them_once_and_as_many_as_counted(dimension, order):
    exponents = multi_indices(dimension, order)
    every = [e for e in np.ndindex(*[order + 1] * dimension) if sum(e) <= order]
    assert sorted(map(tuple, exponents.tolist())) == sorted(every)
    assert len(exponents) == moment_count(dimension, order) == math.comb(dimension + order, order)


def test_exponents_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        multi_indices(2, 2)[0] = 1


@given(dimension=st.integers(1, 6), size=st.integers(1, 5000))
def test_the_largest_order_fits_and_the_next_does_not(dimension, size):
    order = largest_order(dimension, size)
    assert moment_count(dimension, order) <= min(size, 500) < moment_count(dimension, order + 1)


def test_regression_needs_no_power_of_a_label_beyond_its_square():
    exponents = {tuple(row) for row in regression_exponents(2, 2, outputs=2).tolist()}
    own = [tuple(row) for row in multi_indices(2, 2).tolist()]
    expected = {(*a, *y) for a in own for y in ((0, 0), (1, 0), (0, 1))} | {(0, 0, 2, 0), (0, 0, 0, 2)}
    assert exponents == expected


@pytest.mark.parametrize("basis", ["legendre", "monomial"])
def test_features_are_products_of_polynomials_of_each_axis(basis):
    points = np.random.default_rng(0).uniform(-1, 1, size=(50, 3))
    found = polynomial_features(points, 4, basis=basis)
    for column, exponent in zip(found.T, multi_indices(3, 4), strict=True):
        expected = np.ones(50)
        for axis, degree in enumerate(exponent):
            one = np.eye(5)[degree]
            value = np.polynomial.legendre.legval if basis == "legendre" else np.polynomial.polynomial.polyval
            expected *= value(points[:, axis], one)
        np.testing.assert_allclose(column, expected, rtol=0, atol=1e-14)


def test_exponents_may_come_in_any_order():
    points = np.random.default_rng(1).uniform(-1, 1, size=(20, 3))
    order = np.random.default_rng(2).permutation(35)
    shuffled = polynomial_features(points, exponents=multi_indices(3, 4)[order])
    np.testing.assert_array_equal(shuffled, polynomial_features(points, 4)[:, order])


def test_legendre_polynomials_in_a_box_stay_well_conditioned_where_raw_monomials_are_singular():
    points = np.random.default_rng(3).uniform(-1, 1, size=(2000, 2))
    assert condition(points + 10, 12, basis="monomial", box=False) > 1e15
    assert 1e3 < condition(points, 12, basis="monomial") < 1e6
    assert condition(points + 10, 12) < 30  # 4.5 if the polynomials were scaled to norm 1, too
    assert condition(points + 10, 12) == pytest.approx(condition(points, 12), rel=1e-6)


@pytest.mark.parametrize(("offset", "worst"), [(0.0, 1e-13), (10.0, 1e-5), (100.0, 1.0)])
def test_recombined_raw_monomials_lose_the_moments_that_the_offset_hides(offset, worst):
    """What a code without a box does: the sums agree to rounding, and the moments do not."""
    points = np.random.default_rng(4).uniform(-1, 1, size=(2000, 2)) + offset
    index, weights = recombine(polynomial_features(points, 5, basis="monomial"))
    raw = moment_error(points, None, points[index], weights, 5)
    few = compress(points, 21, 5)
    ours = moment_error(points, None, points[few.index], few.weights, 5)
    assert ours < 1e-14
    assert raw < worst
    if offset:
        assert raw > 1e6 * ours


def test_moment_errors_are_differences_of_box_scaled_moments():
    points = np.array([[1.0], [3.0]])  # the box is [1, 3], so -1 and 1
    assert moment_error(points, None, [[2.0]], [2.0], 1) == 0
    assert moment_error(points, None, [[2.0]], [2.0], 2) == pytest.approx(1.5)  # P2 is 1 at the ends, -1/2 between
    assert moment_error(points, None, [[2.0]], [2.0], 2, basis="monomial") == pytest.approx(1)
    assert moment_error(points, None, [[2.0]], [1.0], 0) == pytest.approx(0.5)  # half the weight is lost


def chosen(exponents):
    return polynomial_features(np.zeros((4, 2)), exponents=exponents)


BAD = [
    (lambda: moment_count(0, 1), "dimension must be positive, got 0"),
    (lambda: moment_count(2, -1), "order must not be negative, got -1"),
    (lambda: largest_order(2, 0), "size must be positive, got 0"),
    (lambda: regression_exponents(1, 2, outputs=0), "outputs must be positive, got 0"),
    (lambda: polynomial_features([[0.0]]), "order must be given, or exponents, and not both, got None"),
    (
        lambda: polynomial_features([[0.0]], 1, exponents=[[0]]),
        "order must be given, or exponents, and not both, got 1",
    ),
    (lambda: polynomial_features([[0.0]], 1, basis="hermite"), "basis must be one of legendre, monomial"),
    (lambda: chosen([[0, 0], [1, 1]]), r"exponents must hold \(0, 1\) where they hold \(1, 1\), got '2 without it'"),
    (lambda: chosen([[0, 0], [2, 0]]), r"exponents must hold \(1, 0\) where they hold \(2, 0\)"),
    (lambda: chosen([[0, 0], [0, 0]]), "exponents must not be negative, and each come once"),
    (lambda: chosen([[0, 0], [0, -1]]), "exponents must not be negative, and each come once"),
    (lambda: chosen([[0.0, 1.0]]), "exponents must be a table of whole numbers with 2 columns"),
    (lambda: chosen([[0], [1]]), "exponents must be a table of whole numbers with 2 columns"),
    (lambda: chosen(np.zeros((0, 2), int)), "exponents must be a table of whole numbers with 2 columns"),
    (lambda: chosen([0, 1]), r"exponents must be a table of whole numbers with 2 columns, got \[0, 1\]"),
    (lambda: chosen(np.zeros((1, 2, 3), int)), r"a table of whole numbers with 2 columns, got \(1, 2, 3\)"),
    (lambda: moment_error([[0.0]], None, [[0.0, 1.0]], None, 1), "others must have 1 columns, as points do"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
