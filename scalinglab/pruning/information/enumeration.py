"""A mask as a memory: what it knows of labels, exactly, as all of them are tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer
from scalinglab._growing import Growing
from scalinglab.pruning.information.ceilings import mask_ceiling
from scalinglab.pruning.information.entropy import entropy
from scalinglab.pruning.information.noise import all_labelings, shares_right
from scalinglab.pruning.information.trials import METHODS, Trials, checked_methods, shown
from scalinglab.pruning.masks import Masks
from scalinglab.training import Task


@dataclass(frozen=True, repr=False)
class MaskInformation(Growing):
    """What masks reveal about labels, method by method, as far as it has come; see ``mask_information``.

    ``rows()`` has a record for each method and seed: ``method``, ``seed``, ``kept``, ``information`` and ``ceiling``
    (bits), ``masks`` (how many are distinct), ``effective`` (kept weights on a path, on average), ``right`` (share of
    the labels that retrained networks give, on average) and ``exact`` (share of the labelings that are given whole).

    Attributes
    ----------
    done, total : int
        Updates of training.
    masks : mapping of str to tuple of Masks
        Of each method that is finished, seed after seed, in the order of ``all_labelings``.
    """

    masks: Mapping[str, tuple[Masks, ...]] = field(default_factory=dict)

    def means(self) -> list[dict[str, Any]]:
        """The records, averaged over the seeds."""
        return means(self.rows(), by=("method", "kept"))


def mask_information(
    task: Task,
    *,
    kept: int = 6,
    methods: Sequence[str] = METHODS,
    seeds: Sequence[int] = (0, 1, 2),
    scope: str = "global",
    fraction: float = 0.3,
    **settings: Any,
) -> Iterator[MaskInformation]:
    """``I(m; y | X, w0) = H(m | X, w0)`` of the masks of a method, exactly: every labeling of the examples is tried.

    With the inputs X and the untrained network w0 held fixed, a method is a function from labels to masks. Of fair
    coins all labelings are equally likely, and so the entropy of the masks is a count. The masks are then trained on
    the labels that they were made from.

    Parameters
    ----------
    task : Task
        Two classes; the inputs are those of its training examples, 14 at most.
    kept : int
        Weights of each mask.
    methods : sequence of str
        As in ``label_masks``.
    seeds : sequence of int
        Untrained networks.
    scope, fraction, **settings
        As in ``label_masks``.

    Yields
    ------
    MaskInformation
        After each update of training; rows come method by method.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    RuntimeError
        If a network diverged.

    Examples
    --------
    >>> from scalinglab.pruning import coin_flips
    >>> *_, found = mask_information(coin_flips(3, 4), kept=6, methods=["synflow", "snip"], seeds=[0], steps=50)
    >>> [(row["method"], row["information"]) for row in found.rows()]
    [('synflow', 0.0), ('snip', 1.5)]
    """
    trials = Trials.of_two_classes(task, kept, scope=scope, fraction=fraction, **settings)
    labels = all_labelings(task.samples)
    return _enumerated(trials, checked_methods(methods), checked_seeds(seeds), labels)


def _enumerated(
    trials: Trials, methods: tuple[str, ...], seeds: list[int], labels: NDArray[np.int64]
) -> Iterator[MaskInformation]:
    rows: list[dict[str, Any]] = []
    found: dict[str, tuple[Masks, ...]] = {}
    each, every = [seed for seed in seeds for _ in labels], np.tile(labels, (len(seeds), 1))
    total, before = sum(trials.updates(method) + trials.steps for method in methods), 0
    for method in methods:
        now = MaskInformation(tuple(rows), before, total, found)
        masks = yield from shown(trials.search(method, every, each), now)
        now = replace(now, done=before + trials.updates(method))
        run = yield from shown(trials.learn(masks, every, each), now)
        before += trials.updates(method) + trials.steps
        right = shares_right(run, trials.task.train_inputs, every).reshape(len(seeds), -1)
        found = found | {method: masks}
        for place, seed in enumerate(seeds):
            mine = masks[place * len(labels) : (place + 1) * len(labels)]
            rows.append({"method": method, "seed": seed} | _row(trials, mine, right[place]))
    yield MaskInformation(tuple(rows), total, total, found)


def _row(trials: Trials, masks: Sequence[Masks], right: NDArray[np.float64]) -> dict[str, Any]:
    """What the masks of one network reveal about the labels, and how many labels it learns with them."""
    counts = Counter(masks)
    return {
        "kept": trials.kept,
        "information": entropy(list(counts.values())),
        "ceiling": mask_ceiling(trials.size, trials.kept, trials.task.samples),
        "masks": len(counts),
        "effective": sum(mask.effective.kept * count for mask, count in counts.items()) / len(masks),
        "right": float(right.mean()),
        "exact": float((right == 1).mean()),
    }


def means(rows: Sequence[Mapping[str, Any]], by: Sequence[str]) -> list[dict[str, Any]]:
    """Numbers averaged over the rows that agree in some columns, in the order of their first appearance."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    found = []
    for key, group in groups.items():
        names = [name for name, value in group[0].items() if name not in (*by, "seed") and not isinstance(value, str)]
        averages = np.array([[row[name] for row in group] for name in names], dtype=np.float64).mean(1).tolist()
        about = dict(zip(by, key, strict=True)) | dict(zip(names, averages, strict=True))
        found.append(about | {"seeds": len(group)})
    return found


def checked_seeds(seeds: Any) -> list[int]:
    """Seeds as a list of whole numbers, each once."""
    if isinstance(seeds, str) or not hasattr(seeds, "__len__") or not len(seeds):
        fail("seeds", "be a list of at least one seed", seeds)
    found = [non_negative_integer("seeds", seed) for seed in seeds]
    if len(set(found)) < len(found):
        fail("seeds", "be different", seeds)
    return found
