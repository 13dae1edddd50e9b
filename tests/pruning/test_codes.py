"""Pruning networks whose inputs are codes: an embedding comes first, and is never pruned."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from scalinglab.pruning import (
    METHODS,
    GradualPruning,
    Masks,
    branch,
    compare_controls,
    compare_methods,
    iterative_pruning,
    keep_nodes,
    label_masks,
    magnitude_masks,
    path_between,
    prune_at_start,
)
from scalinglab.pruning.controls import reinitialized
from scalinglab.pruning.scores import grasp_scores, snip_scores
from scalinglab.training import finish, forward, text, train

TASK = text(400, test_samples=200)
SETTINGS = {"width": 8, "depth": 2, "embedding": 3, "optimizer": "adam", "step_size": 0.01, "steps": 12}
SHAPES = ((8, 24), (8, 8), (TASK.outputs, 8))
SIZE = sum(outputs * inputs for outputs, inputs in SHAPES)


@pytest.mark.parametrize("scope", ["global", "layer", "erk", "lamp"])
def test_masks_of_a_language_model_nest_and_leave_the_embedding_to_learn(scope):
    *_, last = iterative_pruning(TASK, densities=[1, 0.5, 0.2], scope=scope, **SETTINGS)
    assert [masks.kept for masks in last.masks[0]] == [SIZE, round(0.5 * SIZE), round(0.2 * SIZE)]
    for large, small in itertools.pairwise(last.masks[0]):
        assert small.shapes == SHAPES
        assert small.within(large)
    table, *layers = last.trained[0]
    seen = np.unique(TASK.train_inputs)
    assert table[0].all()
    assert (table[0] != last.rewound[0][0][0])[:, seen].any()
    assert Masks(weight != 0 for weight, _ in layers) == last.masks[0][-1]


def test_gradual_pruning_of_a_language_model_ends_at_its_density():
    run = finish(train(TASK, masks=GradualPruning(density=0.1, end=10, every=2), **SETTINGS))
    table, *layers = run.arrays(0)
    assert table[0].all()
    assert sum(int((weight != 0).sum()) for weight, _ in layers) == round(0.1 * SIZE)


def test_every_method_and_every_control_prunes_a_language_model():
    *_, last = compare_methods(TASK, methods=METHODS, densities=[0.3], seed=[0], **SETTINGS)
    assert {(row["method"], row["kept"], row["status"]) for row in last.rows()} == {
        (method, round(0.3 * SIZE), "alive") for method in METHODS
    }
    *_, last = compare_controls(TASK, methods=["lamp", "snip"], densities=[0.3], seed=[0], **SETTINGS)
    assert len(last.rows()) == 8
    assert {row["kept"] for row in last.rows()} == {round(0.3 * SIZE)}


def test_scores_of_codes_are_those_of_the_numbers_that_the_embedding_makes_of_them():
    run = next(train(TASK, seed=[0, 1], dtype="float64", **SETTINGS))
    networks = [run.arrays(network) for network in range(2)]
    inputs, labels = TASK.train_inputs, TASK.train_labels
    for measure in (snip_scores, grasp_scores):
        stack = [
            tuple(np.stack(parts) for parts in zip(*layers, strict=True)) for layers in zip(*networks, strict=True)
        ]
        together = measure(stack, inputs, labels)
        for place, (table, *layers) in enumerate(networks):
            numbers = table[0].T[inputs].reshape(len(inputs), -1)
            for one, other in zip(together, measure(layers, numbers, labels), strict=True):
                np.testing.assert_allclose(one[place], other, rtol=1e-9, atol=1e-15)


def test_masks_apply_to_a_network_with_its_embedding():
    layers = next(train(TASK, **SETTINGS)).arrays(0)
    masks = magnitude_masks(layers, 100)
    pruned = masks.apply(layers)
    assert len(pruned) == 4
    assert pruned[0][0] is not None
    np.testing.assert_array_equal(pruned[0][0], layers[0][0])
    outputs = forward([tuple(map(torch.tensor, layer)) for layer in pruned], torch.tensor(TASK.test_inputs))
    assert outputs.shape == (200, TASK.outputs)
    assert masks == prune_at_start(layers, 100 / SIZE, "magnitude")


def test_other_weights_of_a_language_model_have_another_embedding_of_its_shape():
    layers = next(train(TASK, **SETTINGS)).arrays(0)
    other = reinitialized(layers)
    assert [(weight.shape, bias.shape) for weight, bias in other] == [(w.shape, b.shape) for w, b in layers]
    assert (other[0][0] != layers[0][0]).all()


LAYERS = [(np.ones((2, 5)), np.zeros(0)), (np.ones((3, 4)), np.zeros(3)), (np.ones((5, 3)), np.zeros(5))]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: branch(TASK, steps=3), "task must be a classification of inputs that are not codes, got"),
        (
            lambda: path_between(LAYERS, LAYERS, [[0, 1]], [0]),
            "one must be a network of inputs that are not codes",
        ),
        (
            lambda: keep_nodes(LAYERS, 1),
            "layers must not begin with an embedding: networks of codes",
        ),
        (lambda: snip_scores(LAYERS, [[0.5, 1]], [0]), "inputs must be codes, whole numbers, where an embedding comes"),
        (lambda: label_masks(TASK, [[0, 1]], "snip", 0), "kept must be positive, got 0"),
    ],
)
def test_what_cannot_be_done_with_codes_says_so(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert str(caught.value).startswith(sentence)
