"""What the information of a mask buys: an event with the mask's own labels, and with labels it was not made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import non_negative_integer
from scalinglab._growing import Growing
from scalinglab.pruning.information.ceilings import binary_kl, largest_probability
from scalinglab.pruning.information.entropy import entropy
from scalinglab.pruning.information.noise import all_labelings, shares_right
from scalinglab.pruning.information.trials import DATA_FREE, Trials, beyond, checked_methods, shown
from scalinglab.training import Task

#: Networks that are trained side by side; more gain nothing.
AT_ONCE = 4096
#: Methods that are worth their time here.
TRIED = ("synflow", "snip", "grasp", "after training", "iterative")


@dataclass(frozen=True, repr=False)
class MaskEvents(Growing):
    """How often masks let a network learn all labels, method by method; see ``mask_events``.

    ``rows()`` has a record for each method: ``method``, ``kept``, ``information`` (bits), ``own`` and ``independent``
    (the probabilities P and Q of the event), ``divergence`` (kl(P || Q) in bits), ``largest`` (what the information
    would let P be at most) and ``pairs`` (of a mask and a labeling, so many were trained).

    Attributes
    ----------
    done, total : int
        Updates of training, stack by stack; equal masks are trained once, so that a method can end early.
    """


def mask_events(
    task: Task,
    *,
    kept: int = 6,
    methods: Sequence[str] = TRIED,
    seed: int = 0,
    scope: str = "global",
    fraction: float = 0.3,
    **settings: Any,
) -> Iterator[MaskEvents]:
    """Try the inequality ``kl(P || Q) <= I(m; y)`` on the event that a masked network learns all labels.

    P is its probability for a labeling and the mask made from it, Q that for a labeling and the mask made from
    another, drawn independently: all pairs of a distinct mask and a labeling are trained, from the same start. No
    method can violate it, whatever the event (data processing); what it shows is how much of the information is used.

    Parameters
    ----------
    task : Task
        Two classes; the inputs are those of its training examples, 14 at most. Time goes with the square of their
        labelings.
    kept, methods, scope, fraction, **settings
        As in ``mask_information``.
    seed : int
        Of the untrained network.

    Yields
    ------
    MaskEvents
        After each update of training; rows come method by method.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    RuntimeError
        If a network diverged.
    """
    trials = Trials.of_two_classes(task, kept, scope=scope, fraction=fraction, **settings)
    names, start = checked_methods(methods), non_negative_integer("seed", seed)
    return _tried(trials, names, start, all_labelings(task.samples))


def _tried(trials: Trials, methods: tuple[str, ...], seed: int, labels: NDArray[np.int64]) -> Iterator[MaskEvents]:
    rows: list[dict[str, Any]] = []
    # At most every labeling has a mask of its own; methods that see none have a single one.
    most = {method: 1 if method in DATA_FREE else len(labels) for method in methods}
    updates = [trials.updates(method) + len(_stacks(most[method], len(labels))) * trials.steps for method in methods]
    total, done = sum(updates), 0
    for method, spent in zip(methods, updates, strict=True):
        now = MaskEvents(tuple(rows), done, total)
        rows.append((yield from shown(_pairs(trials, method, seed, labels), now)))
        done += spent
        yield MaskEvents(tuple(rows), done, total)


def _stacks(masks: int, labelings: int) -> list[slice]:
    """Masks that are trained side by side, each with all labelings."""
    per = max(1, AT_ONCE // labelings)
    return [slice(first, first + per) for first in range(0, masks, per)]


def _pairs(trials: Trials, method: str, seed: int, labels: NDArray[np.int64]) -> Generator[int, None, dict[str, Any]]:
    """All pairs of one method: yields updates, returns its row."""
    count, done = len(labels), trials.updates(method)
    masks = yield from trials.search(method, labels, [seed] * count)
    found = Counter(masks)
    distinct, whole = list(found), np.zeros((len(found), count))
    for stack in _stacks(len(distinct), count):
        every = np.tile(labels, (len(distinct[stack]), 1))
        learning = trials.learn([mask for mask in distinct[stack] for _ in labels], every, [seed] * len(every))
        run = yield from beyond(learning, done)
        done += trials.steps
        whole[stack] = (shares_right(run, trials.task.train_inputs, every) == 1).reshape(-1, count)
    frequencies = np.array([found[mask] for mask in distinct]) / count
    place = {mask: number for number, mask in enumerate(distinct)}
    own = float(np.mean([whole[place[mask], labeling] for labeling, mask in enumerate(masks)]))
    independent = float(frequencies @ whole.mean(1))
    information = entropy(list(found.values()))
    probabilities = {"own": own, "independent": independent, "divergence": binary_kl(own, independent)}
    row = {"method": method, "kept": trials.kept, "information": information} | probabilities
    return row | {"largest": largest_probability(independent, information), "pairs": whole.size}
