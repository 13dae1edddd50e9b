"""Logistic regressions that read labels from the bits of masks, all labels at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab._errors import ConvergenceError

#: Newton's steps, at most; a handful is usual.
STEPS = 100
#: It ends after a step that moves no logit by more than this: what is left is about the square of it.
NEAR = 1e-4
#: No share of a step is smaller, and no rise of a loss of this size is more than rounding.
LEAST = 1e-9
#: The least curvature of a logit's loss that is divided by: where a step ends does not depend on it.
FLAT = 1e-12


def decoded(bits: Array, labels: NDArray[np.int64], held: Array, freedoms: Sequence[float]) -> Array:
    """Chances that labels are 1, said by logistic regressions that were fitted to other examples.

    Each minimizes ``freedom * (sum of cross-entropies) + |w|^2 / 2`` over its weights w and an intercept, by Newton's
    method. As there are more bits than examples, it works with inner products of examples: w is a sum of examples,
    and each counts ``freedom * (label - chance)`` there at the minimum.

    Parameters
    ----------
    bits : array, shape (examples, bits)
    labels : array, shape (examples, labels)
        Zeros and ones, both for each label.
    held : array, shape (other examples, bits)
    freedoms : sequence of float
        How freely weights may grow; the inverse of the strength of a ridge. Chances are means over these.

    Returns
    -------
    array, shape (other examples, labels)

    Raises
    ------
    ConvergenceError
        If Newton's method does not end.
    """
    products, answers = bits @ bits.T, labels.T.astype(np.float64)
    chances = np.zeros((len(held), len(answers)))
    counts, intercepts = np.zeros(answers.shape), np.zeros(len(answers))
    for freedom in freedoms:  # each begins where the one before it has ended
        counts, intercepts = _fitted(products, answers, freedom, counts, intercepts)
        chances += _chances((held @ bits.T) @ counts.T + intercepts)
    return chances / len(freedoms)


def _fitted(products: Array, answers: Array, freedom: float, counts: Array, intercepts: Array) -> tuple[Array, Array]:
    for _ in range(STEPS):
        logits = counts @ products + intercepts[:, None]
        ahead = _newton(products, answers, logits, freedom)
        way = ahead[0] - counts, ahead[1] - intercepts
        moves = way[0] @ products + way[1][:, None]
        share = _shares(products, answers, freedom, (counts, logits), (way[0], moves))
        counts, intercepts = counts + share[:, None] * way[0], intercepts + share * way[1]
        if np.abs(moves).max(initial=0) < NEAR:
            return counts, intercepts
    raise ConvergenceError(f"a decoder with the freedom {freedom:g} found no minimum in {STEPS} steps")


def _newton(products: Array, answers: Array, logits: Array, freedom: float) -> tuple[Array, Array]:
    """What each example counts, and the intercepts, at the minimum of the parabolas that touch the losses here."""
    chances = _chances(logits)
    roots = np.sqrt(freedom * np.maximum(chances * (1 - chances), FLAT))
    matrix = np.eye(answers.shape[1]) + roots[:, :, None] * products * roots[:, None]
    sides = np.stack([roots * logits + freedom * (answers - chances) / roots, roots], axis=2)
    solved, ones = np.moveaxis(np.linalg.solve(matrix, sides), 2, 0)
    intercepts = (roots * solved).sum(1) / (roots * ones).sum(1)
    return roots * (solved - intercepts[:, None] * ones), intercepts


def _shares(
    products: Array, answers: Array, freedom: float, here: tuple[Array, Array], way: tuple[Array, Array]
) -> Array:
    """How much of the way each regression goes: all of it, or halves of it until the loss does not rise."""

    def losses(share: Array) -> Array:
        counts, logits = (start + share[:, None] * step for start, step in zip(here, way, strict=True))
        lost = np.logaddexp(0, (1 - 2 * answers) * logits).sum(1)
        return freedom * lost + ((counts @ products) * counts).sum(1) / 2

    share, before = np.ones(len(answers)), losses(np.zeros(len(answers)))
    while share.min(initial=1) > LEAST:
        rises = losses(share) > before * (1 + LEAST)
        if not rises.any():
            break
        share[rises] /= 2
    return share


def _chances(logits: Array) -> Array:
    return (1 + np.tanh(logits / 2)) / 2
