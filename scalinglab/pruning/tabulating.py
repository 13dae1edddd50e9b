"""What grids are swept for in tables of pruning: rounds, methods side by side, and what masks know of labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scalinglab._checks import fail, fraction, positive_integer
from scalinglab._growing import Growing, growing_at_the_end
from scalinglab.pruning.comparison import compare_methods
from scalinglab.pruning.information.enumeration import mask_information
from scalinglab.pruning.information.events import mask_events
from scalinglab.pruning.information.memory import memorisation
from scalinglab.pruning.information.noise import coin_flips
from scalinglab.pruning.information.sampling import drawn_information
from scalinglab.pruning.iterative import Pruning, iterative_pruning
from scalinglab.pruning.sanity import compare_controls
from scalinglab.training import Experiment, Measure, Task

#: What ``pruning`` may hold: how the densities fall, and options of ``iterative_pruning``.
OPTIONS = ("rounds", "fraction", "rewind", "after", "scope")
#: Of a round, what is kept beside the configuration of its run.
MEASURED = ("round", "density", "kept", "effective_density", "train_loss", "test_loss", "test_error", "status")


def prune_in_rounds(task: Task, *, pruning: Any = None, **settings: Any) -> Iterator[Growing]:
    """Prune networks in rounds, each of which keeps the same share of what is left.

    Parameters
    ----------
    task : Task
    pruning : mapping
        ``rounds`` (10 if left out; the dense network is the first), the ``fraction`` of the weights that a round
        prunes (0.2), and ``rewind``, ``after`` and ``scope`` as ``iterative_pruning`` takes them.
    **settings
        Of ``train``.

    Yields
    ------
    Growing
        Its rows, which come at the end, are those of ``Pruning``, without what the configuration of a run says.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    if not isinstance(pruning, Mapping) or set(pruning) - set(OPTIONS):
        fail("pruning", "be a mapping with some of " + ", ".join(OPTIONS), pruning)
    given = dict(pruning)
    rounds = positive_integer("rounds", given.pop("rounds", 10))
    left = 1 - fraction("fraction", given.pop("fraction", 0.2))
    given |= {name: value for name, value in settings.items() if name != "evaluations"}
    pruned = iterative_pruning(task, densities=[left**number for number in range(rounds)], **given)
    return growing_at_the_end(pruned, _measured)


def _measured(pruning: Pruning) -> Iterator[dict[str, Any]]:
    return ({name: row[name] for name in ("network", *MEASURED)} for row in pruning.found)


#: By the names that a table's file has for them; for ``scalinglab.training.sweep``. In their second version the counts
#: of layers nest.
MEASURES: dict[str, Measure] = {
    measure.name: replace(measure, version=2)
    for measure in (
        Measure("rounds", prune_in_rounds, ("pruning",)),
        Experiment("pruning", compare_methods, ("methods",), columns=("rewind", "method", "density", "seed")),
        Experiment(
            "controls", compare_controls, ("methods",), columns=("network", "method", "density", "control", "seed")
        ),
        # Networks are drawn part by part, for all methods: these are one experiment.
        Experiment("drawn_information", drawn_information, make_task=coin_flips),
        Experiment("mask_events", mask_events, ("methods",), make_task=coin_flips),
        Experiment("mask_information", mask_information, ("methods",), make_task=coin_flips),
        # A method with its own and with other labels is one stack.
        Experiment("memorisation", memorisation, ("kept",), make_task=coin_flips),
    )
}
