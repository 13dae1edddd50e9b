"""Masks: exact counts, and what of them can matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.pruning import Masks, kept_weights
from scalinglab.pruning.allocation import erk_counts, uniform_counts
from scalinglab.pruning.scores import synflow_scores
from scalinglab.pruning.selection import keep_largest
from scalinglab.training import Task, finish, train
from tests.pruning.conftest import drawn

SHAPES = [(9, 7), (6, 9), (4, 6)]


def random_masks(seed, density, shapes=SHAPES):
    generator = np.random.default_rng(seed)
    return Masks(generator.random(shape) < density for shape in shapes)


def test_counts_and_densities():
    masks = Masks([[[1, 0], [1, 1]], [[0, 1]]])
    assert (masks.kept, masks.size, masks.counts, masks.densities) == (4, 6, (3, 1), (0.75, 0.5))
    assert masks.density == pytest.approx(2 / 3)
    # The first unit of the hidden layer leads nowhere, so its weight does not count.
    assert masks.effective == Masks([[[0, 0], [1, 1]], [[0, 1]]])
    assert masks.effective_density == 0.5


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_what_lies_on_a_path_has_flow_and_nothing_else_has(seed, density):
    masks = random_masks(seed, density)
    flows = synflow_scores([(mask.astype(float), np.zeros(len(mask))) for mask in masks])
    assert masks.effective == Masks(flow > 0 for flow in flows)
    assert masks.effective.within(masks)
    assert masks.effective.effective == masks.effective


@pytest.mark.parametrize("density", [0.05, 0.15, 0.3])
def test_without_biases_weights_off_every_path_do_nothing(density):
    inputs = np.random.default_rng(0).standard_normal((20, 7))
    for seed in range(5):
        layers, masks = drawn(seed), random_masks(seed, density)
        found = []
        for kept in (masks, masks.effective):
            outputs = inputs
            for number, (weight, _) in enumerate(kept.apply(layers)):
                outputs = outputs @ weight.T
                outputs = np.maximum(outputs, 0) if number < 2 else outputs
            found.append(outputs)
        np.testing.assert_allclose(*found, rtol=0, atol=1e-14)


def test_equal_masks_are_one_key_and_others_are_not():
    one, same, other = random_masks(0, 0.5), random_masks(0, 0.5), random_masks(1, 0.5)
    assert {one: 1}[same] == 1
    assert one != other
    assert len({one, same, other}) == 2
    assert Masks([[[1, 0]]]) != Masks([[[1], [0]]])
    assert one != one.layers


def test_nested():
    small = random_masks(0, 0.3)
    large = Masks(mask | extra for mask, extra in zip(small, random_masks(1, 0.3), strict=True))
    assert small.within(large)
    assert not large.within(small)
    assert not small.within(Masks([[[1]]]))


def test_masks_are_what_training_takes_for_one_network_or_each():
    inputs = np.random.default_rng(0).standard_normal((20, 7))
    task = Task("made", inputs, np.arange(20) % 4, inputs, np.arange(20) % 4, 4)
    masks = [random_masks(seed, 0.5, [(6, 7), (6, 6), (4, 6)]) for seed in range(2)]
    settings = {"width": 6, "depth": 2, "steps": 3, "seed": [0, 1]}
    run = finish(train(task, masks=masks, **settings))
    for network, mine in enumerate(masks):
        assert Masks(weight != 0 for weight, _ in run.arrays(network)) == mine
    shared = finish(train(task, masks=masks[0], **settings))
    assert Masks(weight != 0 for weight, _ in shared.arrays(1)) == masks[0]


@pytest.mark.parametrize(
    ("layers", "empty", "sentence"),
    [
        ([[[1, 1]], [[0]]], (2,), "Layer 2 keeps no weight: the outputs are constants."),
        ([[[0, 0]], [[0]]], (1, 2), "Layers 1, 2 keep no weight: the outputs are constants."),
        ([[[1, 1], [0, 0]], [[0, 1]]], (), "No path of kept weights leads from an input to an output"),
        ([[[1, 1]], [[1]]], (), ""),
    ],
)
def test_masks_that_cut_a_network_in_two_say_so(layers, empty, sentence):
    masks = Masks(layers)
    assert masks.empty_layers == empty
    assert masks.warning.startswith(sentence)
    assert bool(masks.warning) == bool(sentence)


BAD = [
    ([], "masks must hold at least one layer, got []"),
    (3, "masks must be a list of arrays, one for each layer, got 3"),
    ([[1, 0]], "masks must hold a matrix of zeros and ones in layer 1, got [1, 0]"),
    ([[[]]], "masks must hold a matrix of zeros and ones in layer 1, got [[]]"),
    ([[[1, 2]]], "masks must hold zeros and ones in layer 1, got 2"),
    ([[[1, np.nan]]], "masks must hold zeros and ones in layer 1, got nan"),
    ([[["a"]]], "masks must hold a matrix of zeros and ones in layer 1, got [['a']]"),
    ([[[1, 0]], [[1, 1]]], "masks must have 1 columns in layer 2, got (1, 2)"),
]


@pytest.mark.parametrize(("layers", "sentence"), BAD)
def test_what_is_no_mask_is_one_sentence(layers, sentence):
    with pytest.raises(ValueError, match=r"^masks must") as caught:
        Masks(layers)
    assert str(caught.value) == sentence


def test_masks_apply_to_networks_of_their_shapes_only(network):
    with pytest.raises(ValueError, match=r"layers must have the shapes of the masks, \(\(1, 2\),\), got \(\(9, 7\)"):
        Masks([[[1, 0]]]).apply(network)


def test_equal_scores_are_kept_by_their_places():
    scores = [np.zeros((2, 3)), np.zeros((1, 2))]
    assert keep_largest(scores, 4).flat.tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    scores[1][0, 1] = 1
    assert keep_largest(scores, 2).flat.tolist() == [1, 0, 0, 0, 0, 0, 0, 1]


@given(st.lists(st.integers(-2, 2), min_size=12, max_size=12), st.integers(0, 12))
def test_exactly_so_many_are_kept_as_a_stable_sort_would(values, kept):
    scores = [np.array(values[:8], dtype=float).reshape(2, 4), np.array(values[8:], dtype=float).reshape(2, 2)]
    order = sorted(range(12), key=lambda place: (-values[place], place))[:kept]
    assert set(np.flatnonzero(keep_largest(scores, kept).flat)) == set(order)


def test_what_was_pruned_stays_pruned_whatever_its_score():
    within = Masks([[[1, 0, 1, 0]]])
    assert keep_largest([[[0.0, 9.0, -3.0, np.inf]]], 2, within=within) == within
    assert keep_largest([[[-np.inf, 9.0, -3.0, 9.0]]], 1, within=within) == Masks([[[0, 0, 1, 0]]])


def test_counts_of_each_layer():
    assert keep_largest([[[1.0, 2.0]], [[5.0], [4.0]]], [1, 2]) == Masks([[[0, 1]], [[1], [1]]])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: keep_largest([[[1.0, np.nan]]], 1), "scores must be numbers in layer 1, got '1 that are nan'"),
        (lambda: keep_largest([[["a"]]], 1), "scores must be numbers in layer 1, got [['a']]"),
        (lambda: keep_largest([[1.0]], 1), "scores must hold a matrix in layer 1, got (1,)"),
        (lambda: keep_largest([], 1), "scores must hold at least one layer, got []"),
        (lambda: keep_largest([[[1.0]]], 2), "kept must not exceed the 1 weights that are left, got 2"),
        (lambda: keep_largest([[[1.0]]], 0.5), "kept must be a whole number, got 0.5"),
        (lambda: keep_largest([[[1.0]]], [1, 1]), "kept must be a number for each of the 1 layers, got [1, 1]"),
        (lambda: keep_largest([[[1.0]]], 1, within=Masks([[[1, 1]]])), "within must have the shapes of the scores"),
        (lambda: kept_weights(0, 10), "density must be above 0 and at most 1, got 0"),
        (lambda: kept_weights(1.01, 10), "density must be above 0 and at most 1, got 1.01"),
        (lambda: kept_weights(float("nan"), 10), "density must be a finite number, got nan"),
        (lambda: uniform_counts([(2, 2)], 5), "kept must not exceed the 4 weights of the network, got 5"),
        (lambda: erk_counts([(2, 2)], 0), "kept must be positive, got 0"),
    ],
)
def test_a_selection_that_cannot_be_made_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert str(caught.value).startswith(sentence)


def test_a_density_keeps_the_nearest_count_and_at_least_one():
    assert [kept_weights(density, 8832) for density in (1, 0.05, 1e-9)] == [8832, 442, 1]


@st.composite
def shapes_and_counts(draw):
    shapes = draw(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=5))
    return shapes, draw(st.integers(1, sum(a * b for a, b in shapes)))


@given(shapes_and_counts())
def test_counts_of_layers_add_up_exactly_and_fit(drawn_shapes):
    shapes, kept = drawn_shapes
    sizes = [a * b for a, b in shapes]
    for counts in (uniform_counts(shapes, kept), erk_counts(shapes, kept)):
        assert sum(counts) == kept
        assert all(0 <= count <= size for count, size in zip(counts, sizes, strict=True))
    for count, size in zip(uniform_counts(shapes, kept), sizes, strict=True):
        assert abs(count - size * kept / sum(sizes)) < 1


@given(shapes_and_counts())
def test_erk_densities_are_those_of_one_factor_found_by_bisection(drawn_shapes):
    shapes, kept = drawn_shapes
    low, high = 0.0, 1e4
    for _ in range(200):
        factor = (low + high) / 2
        total = sum(min(a * b, factor * (a + b)) for a, b in shapes)
        low, high = (factor, high) if total < kept else (low, factor)
    for count, (a, b) in zip(erk_counts(shapes, kept), shapes, strict=True):
        assert abs(count - min(a * b, low * (a + b))) < 1 + 1e-6
