"""The independent oracle: one network at a time by autograd, ``torch.nn`` and ``torch.optim``."""

from __future__ import annotations

import itertools

import torch
from torch import nn

from scalinglab.training.batches import Order


class Embedding(nn.Module):
    """Codes to numbers, those of an example joined."""

    def __init__(self, vocabulary, numbers, dtype):
        super().__init__()
        self.table = nn.Embedding(vocabulary, numbers, dtype=dtype)

    def forward(self, codes):
        return self.table(codes).flatten(1)


def plain_network(sizes, activation, dtype, table=None):
    """A multilayer perceptron, with an embedding first if there is a table (codes, numbers)."""
    dtype = getattr(torch, dtype)
    layers = [Embedding(*table, dtype)] if table else []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        layers.append(nn.Linear(inputs, outputs, dtype=dtype))
        if number < len(sizes) - 2:
            layers.append({"relu": nn.ReLU, "tanh": nn.Tanh}[activation]())
    return nn.Sequential(*layers)


def plain_optimizer(name, parameters, step_size, *, momentum, betas, decay):
    """PyTorch's own optimizer of that name."""
    return {
        "sgd": lambda: torch.optim.SGD(parameters, lr=step_size, weight_decay=decay),
        "momentum": lambda: torch.optim.SGD(parameters, lr=step_size, momentum=momentum, weight_decay=decay),
        "adam": lambda: torch.optim.Adam(parameters, lr=step_size, betas=betas, weight_decay=decay),
        "adamw": lambda: torch.optim.AdamW(parameters, lr=step_size, betas=betas, weight_decay=decay),
    }[name]()


def plain_training(task, initial, *, activation="relu", dtype="float64", masks=None, **settings):
    """Train one perceptron; return its parameters as arrays and the test losses, as ``plain_loop`` does.

    ``masks`` has an array for each layer of weights.
    """
    embedded = initial[0][1].size == 0
    table = initial[0][0].shape[::-1] if embedded else None
    first = initial[1][0] if embedded else initial[0][0]
    sizes = [first.shape[1], *(len(bias) for _, bias in initial[int(embedded) :])]
    network = plain_network(sizes, activation, dtype, table)
    arrays = [array for pair in initial for array in pair if array.size]
    arrays[0] = arrays[0].T if embedded else arrays[0]
    parameters = list(network.parameters())
    with torch.no_grad():
        for parameter, array in zip(parameters, arrays, strict=True):
            parameter.copy_(torch.tensor(array))
    weights = [parameter for parameter in parameters[int(embedded) :] if parameter.dim() == 2]
    masked = list(zip(weights, masks, strict=True)) if masks is not None else ()
    losses = plain_loop(task, network, masked=masked, dtype=dtype, **settings)
    trained = [parameter.detach().numpy() for parameter in parameters]
    trained[0] = trained[0].T if embedded else trained[0]
    return trained, losses


def plain_loop(
    task,
    network,
    *,
    optimizer="sgd",
    step_size=0.1,
    seed=0,
    samples=None,
    batch_size=64,
    steps=50,
    dtype="float64",
    schedule="constant",
    momentum=0.9,
    betas=(0.9, 0.999),
    decay=0.0,
    masked=(),
    penalty=None,
    subset=None,
    evaluated=None,
):
    """Train one network in place; return the test losses before the steps that are evaluated.

    All are, and what comes after the last one, if left out.

    ``masked`` has pairs of a parameter and its mask, ``penalty`` is a function of the parameters, and ``subset`` are
    the places of the training samples.
    """
    parameters = list(network.parameters())
    rule = plain_optimizer(optimizer, parameters, step_size, momentum=momentum, betas=betas, decay=decay)
    # The factor of step t of T is (1 + cos(pi t / T)) / 2, which ends one step above zero.
    pace = torch.optim.lr_scheduler.CosineAnnealingLR(rule, steps) if schedule == "cosine" else None
    loss = nn.functional.cross_entropy if task.loss == "cross_entropy" else nn.functional.mse_loss
    inputs, labels = as_tensors(task.train_inputs, task.train_labels, dtype)
    if subset is not None:
        inputs, labels = inputs[subset], labels[subset]
    tests, answers = as_tensors(task.test_inputs, task.test_labels, dtype)
    samples = len(labels) if samples is None else samples
    evaluated, losses = set(range(steps + 1) if evaluated is None else evaluated.tolist()), []

    @torch.no_grad()
    def evaluate(step):
        if step in evaluated:
            losses.append(float(loss(network(tests), answers)))

    for step, batch in enumerate(Order(seed, samples, min(batch_size, samples)).take(steps)):
        evaluate(step)
        rule.zero_grad()
        value = loss(network(inputs[batch]), labels[batch])
        (value if penalty is None else value + penalty(parameters)).backward()
        for weight, mask in masked:
            weight.grad.mul_(torch.tensor(mask))
        rule.step()
        if pace:
            pace.step()
    evaluate(steps)
    return losses


def as_tensors(inputs, labels, dtype):
    """Codes and classes stay whole numbers; all else is of the dtype."""
    return tuple(
        torch.tensor(array) if array.dtype.kind == "i" else torch.tensor(array, dtype=getattr(torch, dtype))
        for array in (inputs, labels)
    )


def parameters_of(arrays):
    """What ``Training.arrays`` gives, as a flat list like that of ``plain_training``."""
    return [array for pair in arrays for array in pair if array.size]
