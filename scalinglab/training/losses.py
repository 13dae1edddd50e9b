"""The loss of each network in a stack, and its gradient with respect to the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalinglab._later import torch

if TYPE_CHECKING:
    from torch import Tensor


def cross_entropy(outputs: Tensor, labels: Tensor, weights: Tensor, gradient: Tensor) -> Tensor:
    """Weighted cross-entropy of each network; the gradient is written in place.

    Parameters
    ----------
    outputs : Tensor, shape (networks, classes, examples)
        Before the softmax.
    labels : Tensor of int64, shape (networks, 1, examples)
    weights : Tensor, shape (networks, 1, examples)
        What each example counts for: 1 / examples for a mean, 0 for an example or a network that is switched off.
    gradient : Tensor, shape (networks, classes, examples)
        Receives ``weight * (softmax(outputs) - one_hot(label))``.

    Returns
    -------
    Tensor, shape (networks,)
    """
    # Through the logarithm of the softmax: a probability that underflows would make the loss infinite.
    torch.log_softmax(outputs, 1, out=gradient)
    chosen = gradient.gather(1, labels)
    losses = (chosen * weights).sum((1, 2)).neg_()
    gradient.exp_().scatter_(1, labels, chosen.expm1_()).mul_(weights)
    return losses


def mistakes(outputs: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Weighted share of examples whose label does not have the largest output, for each network.

    Where several classes share the largest output, one is guessed: a network that puts out zeros is wrong at the
    rate of chance. (The faster way, too: ``argmax`` over the middle dimension takes as long as the forward pass.)
    """
    largest = (outputs == outputs.amax(1, keepdim=True)).to(weights.dtype)
    right = largest.gather(1, labels) / largest.sum(1, keepdim=True)
    return ((1 - right) * weights).sum((1, 2))


def squared(outputs: Tensor, labels: Tensor, weights: Tensor, gradient: Tensor) -> Tensor:
    """Weighted squared error of each network, a mean over outputs; the gradient is written in place.

    Parameters
    ----------
    outputs, labels : Tensor, shape (networks, outputs, examples)
    weights : Tensor, shape (networks, 1, examples)
        As for ``cross_entropy``.
    gradient : Tensor, shape (networks, outputs, examples)
        Receives ``2 * weight * (output - label) / outputs``.

    Returns
    -------
    Tensor, shape (networks,)
    """
    torch.sub(outputs, labels, out=gradient)
    losses = (gradient.square().mean(1, keepdim=True) * weights).sum((1, 2))
    gradient.mul_(weights * (2 / outputs.shape[1]))
    return losses


def logistic(outputs: Tensor, labels: Tensor, weights: Tensor, gradient: Tensor) -> Tensor:
    """Weighted cross-entropy of two classes, of which one output is the logit of class 1; gradient in place.

    Parameters
    ----------
    outputs : Tensor, shape (networks, 1, examples)
    labels : Tensor of int64, shape (networks, 1, examples)
    weights : Tensor, shape (networks, 1, examples)
        As for ``cross_entropy``.
    gradient : Tensor, shape (networks, 1, examples)
        Receives ``weight * (sigmoid(output) - label)``.

    Returns
    -------
    Tensor, shape (networks,)
    """
    # Of the margin: neither loss nor gradient has a difference of two numbers that nearly agree.
    signs = 1 - 2 * labels
    torch.mul(outputs, signs, out=gradient)
    losses = (torch.nn.functional.logsigmoid(-gradient) * weights).sum((1, 2)).neg_()
    gradient.sigmoid_().mul_(weights).mul_(signs)
    return losses


def wrong_signs(outputs: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Weighted share of examples whose logit has the wrong sign, for each network; zero is half a mistake."""
    return ((1 - torch.sign(outputs) * (2 * labels - 1)) / 2 * weights).sum((1, 2))


#: By the name that a task gives its loss.
LOSSES = {"cross_entropy": cross_entropy, "squared": squared, "logistic": logistic}
#: What counts as a mistake, for classifications.
MISTAKES = {"cross_entropy": mistakes, "logistic": wrong_signs}
