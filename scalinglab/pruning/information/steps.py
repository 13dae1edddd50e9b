"""How fast a mask comes to carry information: magnitude after one step of training, after three, after a hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from scalinglab._checks import fail, non_negative_integer
from scalinglab._growing import Growing
from scalinglab.pruning.information.entropy import entropy
from scalinglab.pruning.information.enumeration import checked_seeds
from scalinglab.pruning.information.noise import all_labelings
from scalinglab.pruning.information.trials import Trials
from scalinglab.pruning.starts import magnitude_masks
from scalinglab.training import Task, train


def information_over_steps(
    task: Task,
    *,
    kept: int = 6,
    steps: Sequence[int] = (0, 1, 3, 10, 30, 100, 300),
    seeds: Sequence[int] = (0, 1, 2),
    scope: str = "global",
    **settings: Any,
) -> Iterator[Growing]:
    """``H(m | X, w0)`` of masks by magnitude, exactly, at several steps of the training on every labeling.

    At step 0 all labelings share the untrained network and its mask: the information is zero. At the last step it is
    that of "after training" in ``mask_information``, if this is trained for as long.

    Parameters
    ----------
    task : Task
        Two classes; the inputs are those of its training examples, 14 at most.
    kept : int
        Weights of each mask.
    steps : sequence of int
        Ascending.
    seeds : sequence of int
        Untrained networks.
    scope, **settings
        As in ``label_masks``.

    Yields
    ------
    Growing
        At each step of training; its rows are ``step``, ``seed``, ``kept`` and ``information`` (bits).

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    RuntimeError
        If a network diverged.

    Examples
    --------
    >>> from scalinglab.pruning import coin_flips
    >>> *_, found = information_over_steps(coin_flips(3, 4), steps=[0, 50], seeds=[0])
    >>> [(row["step"], row["information"]) for row in found.rows()]
    [(0, 0.0), (50, 2.75)]
    """
    looks = [non_negative_integer("steps", step) for step in steps]
    if not looks or looks != sorted(set(looks)) or not looks[-1]:
        fail("steps", "be ascending, the last above 0", steps)
    trials = Trials.of_two_classes(task, kept, scope=scope, **settings | {"steps": looks[-1]})
    return _looking(trials, looks, checked_seeds(seeds))


def _looking(trials: Trials, looks: list[int], seeds: list[int]) -> Iterator[Growing]:
    labels, rows = all_labelings(trials.task.samples), []
    given = {"labels": np.tile(labels, (len(seeds), 1)), "seed": [seed for seed in seeds for _ in labels]}
    for run in train(trials.task, **trials.settings | given, evaluations=2):
        if (run.diverged_at >= 0).any():
            raise RuntimeError("a network diverged: lower the step size")
        for place, seed in enumerate(seeds if run.step in looks else ()):
            mine = range(place * len(labels), (place + 1) * len(labels))
            masks = Counter(magnitude_masks(run.arrays(n), trials.kept, scope=trials.scope) for n in mine)
            about = {"step": run.step, "seed": seed, "kept": trials.kept}
            rows.append(about | {"information": entropy(list(masks.values()))})
        yield Growing(tuple(rows), run.step, looks[-1])
