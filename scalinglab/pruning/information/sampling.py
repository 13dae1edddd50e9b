"""What masks reveal about labels where not all can be tried: estimates over drawn networks, and bounds on both sides.

These are the course's own estimators. The paper [Kumar2024] has a mutual information in its theorem, and no estimate.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, non_negative_integer, positive_integer
from scalinglab._growing import Growing
from scalinglab.pruning.information.ceilings import binary_entropy, mask_ceiling
from scalinglab.pruning.information.decoders import decoded
from scalinglab.pruning.information.entropy import count_pairs, estimate_information
from scalinglab.pruning.information.noise import all_labelings
from scalinglab.pruning.information.trials import Trials, checked_methods, shown
from scalinglab.pruning.masks import Masks
from scalinglab.training import Task

#: Draws of independent pairs beside each estimate.
NULL = 50
#: Parts that the decoder is tested on in turn.
FOLDS = 4
#: How freely the weights of a decoder may grow: the chances of these are averaged, which suits few and many bits.
FREEDOMS = (0.03, 0.3, 3.0)


@dataclass(frozen=True, repr=False)
class DrawnInformation(Growing):
    """Information of masks with the network averaged out, as more networks are drawn; see ``drawn_information``.

    ``rows()`` has a record for each method and number of networks: ``method``, ``kept``, ``networks``, ``plug_in``,
    ``corrected``, ``null`` and ``null_deviation`` (mean and standard deviation of corrected estimates of independent
    pairs), ``p_value``; information in bits.

    Attributes
    ----------
    done, total : int
        Updates of training.
    """


@dataclass(frozen=True)
class InformationBounds:
    """The information of masks and labels lies between these, in bits; see ``information_bounds``.

    Attributes
    ----------
    lower : float
        What a decoder reads of the labels from the masks of networks that it was not fitted on; 0 at least.
    upper : float
        The least of the labels' bits, of the choices of a mask, and of the sum of the entropies of its weights.
    samples, labels, distinct : int
        Masks, labels of each, and how many masks there are that differ.
    """

    lower: float
    upper: float
    samples: int
    labels: int
    distinct: int


def drawn_information(
    task: Task,
    *,
    kept: int = 2,
    methods: Sequence[str] = ("magnitude", "snip", "grasp", "after training", "iterative"),
    networks: int = 160,
    parts: int = 6,
    scope: str = "global",
    fraction: float = 0.3,
    seed: int = 0,
    **settings: Any,
) -> Iterator[DrawnInformation]:
    """Estimate ``I(m; y)``, the untrained network unknown: all labelings, each with as many networks of its own.

    That is the information of the theorem, and never more than with the network known. Masks and labelings are counted
    in one table. See ``estimate_information`` for what is made of it.

    Parameters
    ----------
    task : Task
        Two classes; the inputs are those of its training examples. Keep the masks few: the table must be well filled.
    kept, methods, scope, fraction, **settings
        As in ``mask_information``.
    networks : int
        Untrained networks for each labeling, all of them different.
    parts : int
        The estimates are shown with so many numbers of networks, the last with all of them.
    seed : int
        The first network's; the next ones follow.

    Yields
    ------
    DrawnInformation
        After each update of training; rows come method by method for each number of networks.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    RuntimeError
        If a network diverged.
    """
    trials = Trials.of_two_classes(task, kept, scope=scope, fraction=fraction, **settings)
    count, pieces = positive_integer("networks", networks), positive_integer("parts", parts)
    if pieces > count:
        fail("parts", f"not exceed {count}, the number of networks", parts)
    # Numbers of networks that double, so that the bias of the plug-in estimate is halved each time.
    ends = sorted({max(1, round(count / 2 ** (pieces - 1 - part))) for part in range(pieces)})
    start = non_negative_integer("seed", seed)
    return _drawn(trials, checked_methods(methods), [0, *ends], start)


def _drawn(trials: Trials, methods: tuple[str, ...], ends: list[int], seed: int) -> Iterator[DrawnInformation]:
    rows: list[dict[str, Any]] = []
    labels, masks = all_labelings(trials.task.samples), {method: [] for method in methods}
    total, done = sum(trials.updates(method) or 1 for method in methods) * (len(ends) - 1), 0
    seen: list[bytes] = []
    for first, last in itertools.pairwise(ends):
        every = np.tile(labels, (last - first, 1))
        # A network for each pair: only then are the pairs independent, as the corrections suppose.
        each = list(range(seed + first * len(labels), seed + last * len(labels)))
        seen += [row.tobytes() for row in every]
        for method in methods:
            now = DrawnInformation(tuple(rows), done, total)
            search = trials.search(method, every, each)
            masks[method] += yield from shown(search, now)
            done += trials.updates(method) or 1
            found = estimate_information(count_pairs(masks[method], seen), draws=NULL)
            row = {"method": method, "kept": trials.kept, "networks": last}
            row |= {"plug_in": found.plug_in, "corrected": found.corrected, "p_value": found.p_value}
            rows.append(row | {"null": float(found.null.mean()), "null_deviation": float(found.null.std())})
            yield DrawnInformation(tuple(rows), done, total)


def information_bounds(masks: Sequence[Masks], labels: ArrayLike, *, seed: int = 0) -> InformationBounds:
    """Bound ``I(m; y)`` of masks for random labels of one and the same untrained network from both sides.

    Below, by a decoder [Barber2003]: ``I >= H(y) - E[-log2 q(y | m)]`` for any q, here a logistic regression for each
    label on the bits of the mask, scored on masks that it was not fitted on. It is only as good as its decoder: a
    bound of zero does not mean that there is no information, and the bounds of two methods do not rank them. The upper
    bound holds because the entropy of a mask is at most the sum over its weights, and at most one bit for each label.

    Parameters
    ----------
    masks : sequence of Masks
        Of one shape, as from ``label_masks`` with one seed.
    labels : array, shape (len(masks), labels)
        Zeros and ones, flips of fair coins.
    seed : int
        Deals the masks into parts for the decoder.

    Raises
    ------
    ValueError
        If there are fewer than 8 masks, or shapes do not fit.
    """
    table = np.asarray(labels)
    if table.ndim != 2 or len(table) != len(masks) or not np.isin(table, (0, 1)).all():
        fail("labels", f"be zeros and ones of the shape ({len(masks)}, labels)", table.shape)
    if len(masks) < 2 * FOLDS or len({mask.shapes for mask in masks}) > 1:
        fail("masks", f"be at least {2 * FOLDS}, of one shape", len(masks))
    bits = np.stack([mask.flat for mask in masks]).astype(np.float64)
    deal = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), 45)))
    lost = _cross_entropy(bits, table, deal.permutation(len(bits)) % FOLDS)
    ceiling = mask_ceiling(masks[0].size, max(1, masks[0].kept), table.shape[1])
    # Plug-in entropies are too small by about 1 / (2 masks) nats for each weight that is in some masks only.
    missed = int((bits.std(0) > 0).sum()) / (2 * len(bits) * math.log(2))
    upper = min(ceiling, float(binary_entropy(bits.mean(0)).sum()) + missed)
    lower = max(0.0, table.shape[1] - lost)
    return InformationBounds(lower, upper, len(bits), table.shape[1], len(set(masks)))


def _cross_entropy(bits: NDArray[np.float64], labels: NDArray[Any], part: NDArray[np.int64]) -> float:
    """Bits that the decoder still needs for all labels, on average over masks that it was not fitted on."""
    varied = bits[:, bits.std(0) > 0]
    if not varied.shape[1]:
        return float(labels.shape[1])
    lost = 0.0
    for fold in range(FOLDS):
        fitted, held = part != fold, part == fold
        both = labels[fitted].min(0) < labels[fitted].max(0)
        # Of the others there is nothing to learn: one bit each, as of a fair coin.
        lost += np.count_nonzero(held) * (len(both) - np.count_nonzero(both))
        chances = decoded(varied[fitted], labels[fitted][:, both], varied[held], FREEDOMS)
        lost -= float(np.log2(np.where(labels[held][:, both] == 1, chances, 1 - chances)).sum())
    return lost / len(bits)
