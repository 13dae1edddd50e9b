"""Masks nest and counts are exact, whatever the layers, the schedule and the scope."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.pruning import GradualPruning, Masks, iterative_pruning, kept_weights, magnitude_masks
from scalinglab.pruning.allocation import _dealt, erk_counts, uniform_counts
from scalinglab.pruning.starts import SCOPES
from scalinglab.training import digits, train
from tests.pruning.test_masks import shapes_and_counts


def drawn(generator, sizes):
    return [(generator.standard_normal(shape[::-1]), np.zeros(shape[1])) for shape in itertools.pairwise(sizes)]


@pytest.mark.parametrize("part", range(10))
def test_masks_nest_and_counts_are_exact_for_a_thousand_layers_schedules_and_scopes(part):
    """A hundred each: weights move between two prunings, and some of them to zero."""
    generator = np.random.default_rng(part)
    for case in range(100):
        scope = SCOPES[case % 4]
        layers = drawn(generator, generator.integers(1, 15, generator.integers(2, 7)).tolist())
        masks, size = Masks.full([weight.shape for weight, _ in layers]), sum(weight.size for weight, _ in layers)
        for kept in sorted(set(generator.integers(1, size + 1, 5).tolist()), reverse=True):
            layers = [(weight + generator.standard_normal(weight.shape), bias) for weight, bias in masks.apply(layers)]
            earlier, masks = masks, magnitude_masks(layers, kept, scope=scope, within=masks)
            assert masks.kept == kept
            assert masks.within(earlier)
            if scope in ("layer", "erk"):  # nothing but the number of weights decides how many a layer keeps
                assert masks.counts == (uniform_counts if scope == "layer" else erk_counts)(masks.shapes, kept)


@given(shapes_and_counts())
def test_no_layer_is_given_more_when_fewer_weights_are_kept_in_all(drawn_shapes):
    shapes, kept = drawn_shapes
    for share in (uniform_counts, erk_counts):
        few = share(shapes, kept - 1) if kept > 1 else (0,) * len(shapes)
        assert sum(more - less for more, less in zip(share(shapes, kept), few, strict=True)) == 1
        assert all(more >= less for more, less in zip(share(shapes, kept), few, strict=True))


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 60)), min_size=1, max_size=6), st.data())
def test_counts_are_what_dealing_weight_by_weight_from_the_first_gives(layers, data):
    """Of the layers that may round up, the next weight goes to the one that must first; none gets further than that."""
    shares, room = [share for share, _ in layers], [most for _, most in layers]
    if not sum(room):
        return
    kept, far = (
        data.draw(st.integers(1, sum(room))),
        Fraction(max(2, 2 * len(layers) - 2) - 1, max(2, 2 * len(layers) - 2)),
    )

    def wanted(factor):
        return [min(most, factor * share) for most, share in zip(room, shares, strict=True)]

    counts = [0] * len(layers)
    for deal in range(1, kept + 1):
        ends = {}
        for n, most in enumerate(room):
            if counts[n] < most and sum(wanted((counts[n] + 1 - far) / shares[n])) <= deal:
                end = sum(wanted((counts[n] + far) / shares[n]))
                ends[n] = (math.floor(end), end, n)
        counts[min(ends, key=lambda n: ends[n])] += 1
    assert _dealt(shares, room, kept) == tuple(counts)
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(wanted(middle)) < kept else (low, middle)
    for count, share in zip(counts, wanted(high), strict=True):
        assert abs(count - share) <= far + 1e-9


def test_the_alabama_paradox_is_one_of_largest_remainders_only():
    """Shapes of the run that stopped: by largest remainders the last layer has 14 of 73 weights, and 15 of 72."""
    shapes = [(24, 64), (24, 24), (10, 24)]
    assert erk_counts(shapes, 72)[2] <= erk_counts(shapes, 73)[2]
    quotas = np.array([[kept * sum(shape) / 170 for shape in shapes] for kept in range(1, 500)])
    counts = np.array([erk_counts(shapes, kept) for kept in range(1, 500)])
    assert (np.abs(counts - quotas) < 1).all()


def test_a_gradual_pruning_that_stopped_half_way_ends():
    pruning = GradualPruning(density=0.03, begin=0, end=400, every=10, scope="erk")
    settings = {"width": 24, "depth": 2, "steps": 410, "optimizer": "adam", "step_size": 0.003}
    *_, last = train(digits(200), masks=pruning, **settings)
    shapes = [(24, 64), (24, 24), (10, 24)]
    assert Masks(weight != 0 for weight, _ in last.arrays(0)).counts == erk_counts(shapes, kept_weights(0.03, 2352))


@pytest.mark.parametrize("scope", ["layer", "erk"])
def test_rounds_by_layer_keep_the_shares_of_layers(scope):
    densities = [1 - 0.04 * number for number in range(25)]
    settings = {"width": 5, "depth": 3, "steps": 1, "optimizer": "adam"}
    *_, last = iterative_pruning(digits(50), densities=densities, scope=scope, **settings)
    for density, masks in zip(densities, last.masks[0], strict=True):
        counts = (uniform_counts if scope == "layer" else erk_counts)(masks.shapes, kept_weights(density, masks.size))
        assert masks.counts == counts


@pytest.mark.parametrize("scope", SCOPES)
def test_gradual_pruning_of_a_diverged_network_and_of_one_with_zeros_goes_on(scope):
    """All zeros are what is left of a network that diverged; a layer that was thin from the start keeps what it has."""
    generator = np.random.default_rng(0)
    lost = [(np.zeros((4, 6)), np.zeros(4)), (np.zeros((3, 4)), np.zeros(3))]
    thin = [(generator.standard_normal((4, 6)), np.zeros(4)), (np.eye(3, 4), np.zeros(3))]
    run = SimpleNamespace(step=0, networks=2, arrays=[lost, thin].__getitem__)
    masks = GradualPruning(density=0.5, end=10, scope=scope)(run)
    assert [each.kept for each in masks] == [0, 27]
    run.step = 10
    masks = GradualPruning(density=0.5, end=10, scope=scope)(run)
    assert [each.kept for each in masks] == [0, 18]
    assert masks[1].within(Masks([np.ones((4, 6)), np.eye(3, 4)]))
    if scope in ("layer", "erk"):
        assert masks[1].counts == (15, 3)
