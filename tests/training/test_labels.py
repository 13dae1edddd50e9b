"""Labels of its own: a network learns them as it would learn a task that has them; and the logistic loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from scalinglab.training import Task, digits, finish, train
from scalinglab.training.losses import logistic, wrong_signs


def task_of(labels, inputs=None, **more):
    inputs = np.random.default_rng(0).standard_normal((40, 5)) if inputs is None else inputs
    test = np.random.default_rng(1).standard_normal((30, 5))
    return Task("made", inputs, labels, test, (test[:, 0] > 0).astype(int), 2, **more)


@pytest.mark.parametrize("logit", [False, True])
@pytest.mark.parametrize("settings", [{"batch_size": 7}, {"batch_size": 64}, {"batch_size": 7, "resample": True}])
def test_own_labels_are_those_of_a_task_that_has_them(logit, settings):
    labels = np.random.default_rng(2).integers(0, 2, (4, 40))
    shared = {"width": 6, "depth": 2, "steps": 30, "step_size": 0.1, "dtype": "float64", "samples": 33} | settings
    stack = finish(train(task_of(labels[0], logit=logit), labels=labels, seed=[5, 5, 6, 7], **shared))
    for network, seed in enumerate([5, 5, 6, 7]):
        alone = finish(train(task_of(labels[network], logit=logit), seed=seed, **shared))
        np.testing.assert_allclose(stack.train_loss[network], alone.train_loss[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(stack.test_error[network], alone.test_error[0], rtol=0, atol=1e-12)
        for one, other in zip(stack.arrays(network), alone.arrays(0), strict=True):
            np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-12)


def test_own_labels_of_a_regression():
    inputs = np.random.default_rng(0).standard_normal((20, 5))
    targets = np.random.default_rng(1).standard_normal((3, 20))
    tasks = [Task("made", inputs, row, inputs, row, None) for row in targets]
    settings = {"width": 4, "steps": 20, "step_size": 0.05, "dtype": "float64", "batch_size": 6}
    for labels in (targets, targets[..., None]):
        stack = finish(train(tasks[0], labels=labels, **settings))
        for network, task in enumerate(tasks):
            alone = finish(train(task, **settings))
            np.testing.assert_allclose(stack.train_loss[network], alone.train_loss[0], rtol=0, atol=1e-13)


BAD = [
    (np.zeros((2, 39), int), "labels must have the shape (networks, 40,), got (2, 39)"),
    (np.zeros(40, int), "labels must have the shape (networks, 40,), got (40,)"),
    (np.full((2, 40), 2), "labels must be from 0 to 1, got 2"),
    (np.zeros((2, 40)), "labels must be a table of whole numbers"),
    (np.zeros((3, 40), int), "labels and seed must be of one length"),
]


@pytest.mark.parametrize(("labels", "sentence"), BAD)
def test_labels_that_do_not_fit_are_one_sentence(labels, sentence):
    with pytest.raises(ValueError, match=r"labels") as caught:
        train(task_of(np.zeros(40, int)), labels=labels, seed=range(2))
    if len(labels) < 3:
        assert str(caught.value).startswith(sentence)


def test_the_logistic_loss_and_its_gradient_are_those_of_pytorch():
    outputs = torch.tensor([0.0, 1e-9, -3.0, 40.0, -800.0, 1e4], dtype=torch.float64).reshape(1, 1, -1)
    for label in (0, 1):
        labels, weights = torch.full((1, 1, 6), label), torch.full((1, 1, 6), 1 / 6, dtype=torch.float64)
        leaf, gradient = outputs.clone().requires_grad_(), torch.empty_like(outputs)
        wanted = functional.binary_cross_entropy_with_logits(leaf, labels.double())
        wanted.backward()
        found = logistic(outputs, labels, weights, gradient)
        torch.testing.assert_close(found[0], wanted.detach(), rtol=1e-14, atol=0)
        assert leaf.grad is not None
        # PyTorch takes the difference of 1 and a sigmoid near it: that is good to the last digit of 1 only.
        torch.testing.assert_close(gradient, leaf.grad, rtol=1e-12, atol=1e-16)


def test_a_logit_is_right_by_its_sign_and_half_wrong_at_zero():
    outputs, labels = torch.tensor([[[2.0, -1.0, 0.0, 3.0]]]), torch.tensor([[[1, 0, 1, 0]]])
    wrong = wrong_signs(outputs, labels, torch.full((1, 1, 4), 0.25))
    assert wrong.item() == pytest.approx((0 + 0 + 0.5 + 1) / 4)


def test_a_network_of_one_logit_is_one_of_two_outputs_of_which_the_first_is_zero():
    labels = np.random.default_rng(3).integers(0, 2, 40)
    one, two = task_of(labels, logit=True), task_of(labels)
    assert (one.outputs, two.outputs) == (1, 2)
    (first, below), (last, top) = next(train(one, width=6)).arrays(0)
    settings = {"width": 6, "steps": 25, "step_size": 0.1, "dtype": "float64"}
    ones = finish(train(one, initial=[(first, below), (last, top)], **settings))
    # The two outputs of a softmax move apart twice as fast as one logit: half the weights, and half the step.
    both = [(first, below), (np.vstack([-last, last]) / 2, np.concatenate([-top, top]))]
    start = finish(train(two, initial=both, **(settings | {"steps": 1})))
    assert start.train_loss[0, 0] == pytest.approx(ones.train_loss[0, 0], rel=1e-12)
    assert start.test_error[0, 0] == pytest.approx(ones.test_error[0, 0])


def test_a_logit_is_for_two_classes():
    pixels = digits(20)
    with pytest.raises(ValueError, match="logit must be False, or True for two classes, got True"):
        Task("ten", pixels.train_inputs, pixels.train_labels, pixels.test_inputs, pixels.test_labels, 10, logit=True)
