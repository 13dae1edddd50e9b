"""Iterative magnitude pruning: train, drop the smallest weights, go back, train again [Frankle2019]."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scalinglab._checks import fail, non_negative_integer, number, one_of
from scalinglab._growing import Growing
from scalinglab.pruning.masks import Masks, weights_of
from scalinglab.pruning.modules import Modules
from scalinglab.pruning.selection import kept_weights
from scalinglab.pruning.starts import SCOPES, magnitude_masks
from scalinglab.training import Task, Training, train

Arrays = Any
#: What becomes of the weights that are left: they go back to an early step, or on from where they are.
AFTER = ("rewind", "fine-tune")


@dataclass(frozen=True, repr=False)
class Pruning(Growing):
    """Networks that are pruned in rounds, as far as they have come; see ``iterative_pruning``.

    ``rows()`` has a record for each network and finished round: ``network``, ``seed``, ``width``, ``round``,
    ``density``, ``kept``, ``effective_density``, ``train_loss``, ``test_loss``, ``test_error``, ``status`` ("alive" or
    "diverged"), ``steps`` (updates made for this network since its start, all rounds together) and ``warning``.

    Attributes
    ----------
    done, total : int
        Updates, over all rounds.
    masks : tuple of tuple of Masks
        Of each network, those of each round that has been finished or begun.
    rewound : tuple
        Weights and biases of each network at the step that it goes back to, as ``Training.arrays`` gives them.
    trained : tuple
        Those of each network at the end of the last finished round; empty before that.
    """

    masks: tuple[tuple[Masks, ...], ...] = field(default=())
    rewound: tuple[Arrays, ...] = field(default=())
    trained: tuple[Arrays, ...] = field(default=())

    @property
    def caption(self) -> str:
        """How many networks were lost, in words; empty if none."""
        lost = {row["network"] for row in self.found if row["status"] == "diverged"}
        return f"{len(lost)} of {len(self.masks)} networks diverged." if lost else ""


def density_path(densities: Sequence[float], *, fraction: float = 0.2) -> list[float]:
    """Densities from 1 down through all that are asked for, such that no step prunes more than a fraction.

    Between two of them the steps are equal, on a log scale.

    Raises
    ------
    ValueError
        If a density is not above 0 and at most 1, or the fraction not between 0 and 1.

    Examples
    --------
    >>> [round(density, 3) for density in density_path([0.5, 0.25])]
    [1.0, 0.841, 0.707, 0.595, 0.5, 0.42, 0.354, 0.297, 0.25]
    """
    if not 0 < number("fraction", fraction) < 1:
        fail("fraction", "be between 0 and 1", fraction)
    path = [1.0]
    for density in sorted({_density(density) for density in densities} - {1.0}, reverse=True):
        steps = math.ceil(math.log(path[-1] / density) / -math.log1p(-fraction) - 1e-9)
        start = path[-1]
        path += [start * (density / start) ** (step / steps) for step in range(1, steps)] + [density]
    return path


def iterative_pruning(
    task: Task,
    *,
    densities: Sequence[float],
    rewind: int = 0,
    after: str = "rewind",
    scope: str = "global",
    steps: int = 400,
    **settings: Any,
) -> Iterator[Pruning]:
    """Train networks, prune their smallest weights, take what is left back to an early step, and train again.

    The first round trains at the first density; an untrained network is pruned to it by magnitude if it is below 1.

    Parameters
    ----------
    task : Task
    densities : sequence of float
        Share of the weights that is left in each round, falling; see ``density_path``. Masks are nested.
    rewind : int
        The step of the first round that weights go back to; the order of the data and the schedule go back to it, too.
    after : {"rewind", "fine-tune"}
        "fine-tune" leaves weights as they are, and trains on as many steps as a rewound network would get.
    scope : {"global", "layer", "erk", "lamp"}
        Which weights are compared, as in ``magnitude_masks``.
    steps : int
        Updates of the first round.
    **settings
        Of ``train``: ``network``, ``width``, ``seed`` and all others but ``initial``, ``masks`` and ``start``.

    Yields
    ------
    Pruning
        Before the first step, after each step, and at the end of each round.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    path = [_density(density) for density in densities]
    if not path or any(below >= above for above, below in itertools.pairwise(path)):
        fail("densities", "be at least one, falling", densities)
    if non_negative_integer("rewind", rewind) >= steps:
        fail("rewind", f"be below {steps}, the number of steps", rewind)
    one_of("after", after, AFTER)
    one_of("scope", scope, SCOPES)
    for name in ("initial", "masks", "masses", "start", "evaluations"):
        if name in settings:
            fail("settings", f"not hold {name}", settings[name])
    given: dict[str, Any] = settings | {"steps": steps, "evaluations": 2}
    first = next(train(task, **given))  # which checks the settings, and draws the networks
    return _Rounds(_Plan(task, tuple(path), rewind, after, scope, given), first).run()


@dataclass(frozen=True)
class _Plan:
    """What ``iterative_pruning`` was asked for."""

    task: Task
    path: tuple[float, ...]
    rewind: int
    after: str
    scope: str
    settings: dict[str, Any]

    @property
    def steps(self) -> int:
        """Updates of the first round."""
        return self.settings["steps"]

    @property
    def later(self) -> int:
        """Updates of each round after it."""
        return self.steps - self.rewind


class _Rounds:
    """The working memory of one iterative pruning."""

    def __init__(self, plan: _Plan, first: Training) -> None:
        self.plan, self.networks, self.modules = plan, first.networks, Modules(plan.task, plan.settings)
        names = ("network", "seed", "width")
        self.about = {row["network"]: {name: row[name] for name in names} for row in first.rows()}
        self.alive = sorted(self.about)
        self.rewound: list[Arrays] = [first.arrays(network) for network in range(first.networks)]
        self.masks = [(self._pruned(network, layers, 0, None),) for network, layers in enumerate(self.rewound)]
        self.trained: list[Arrays] = []
        self.rows: list[dict[str, Any]] = []

    def run(self) -> Iterator[Pruning]:
        """All rounds."""
        yield self.snapshot(0, 0)
        for turn in range(len(self.plan.path)):
            begin = self.plan.rewind if turn else 0
            for training in self.train(turn, begin) if self.alive else ():
                if turn == 0 and training.step == self.plan.rewind:
                    self.rewound = [training.arrays(network) for network in range(training.networks)]
                if training.step == self.plan.steps:
                    self.finish(turn, training)
                yield self.snapshot(turn, training.step - begin)

    def train(self, turn: int, begin: int) -> Iterator[Training]:
        """The training of one round, of the networks that are alive."""
        start = self.trained if self.plan.after == "fine-tune" and turn else self.rewound
        mine = {"initial": [start[n] for n in self.alive], "masks": [self.masks[n][turn] for n in self.alive]}
        settings = self.plan.settings
        each = {name: self._of_alive(settings[name]) for name in EACH if name in settings}
        given: dict[str, Any] = settings | each | mine | {"start": begin}
        return train(self.plan.task, **given)

    def _of_alive(self, value: Any) -> Any:
        """What each network is given, of those that are alive."""
        if not hasattr(value, "__len__") or len(value) != self.networks:
            return value
        return [value[network] for network in self.alive]

    def _pruned(self, network: int, arrays: Arrays, turn: int, within: Masks | None) -> Masks:
        """The masks of one round of a network."""
        layers = self.modules.layers(arrays, self.about[network]["width"])
        size = sum(weight.size for weight in weights_of(layers))
        return magnitude_masks(layers, kept_weights(self.plan.path[turn], size), scope=self.plan.scope, within=within)

    def finish(self, turn: int, training: Training) -> None:
        """Write the rows of a round, and prune for the next one."""
        ended = dict(zip(self.alive, range(training.networks), strict=True))
        weights = {network: training.arrays(place) for network, place in ended.items()}
        self.trained = [weights.get(network, self.rewound[network]) for network in range(self.networks)]
        for network, place in ended.items():
            self.rows.append(self.about[network] | self._row(turn, network, training, place))
        self.alive = [network for network, place in ended.items() if training.diverged_at[place] < 0]
        if turn + 1 < len(self.plan.path):
            for network in self.alive:
                pruned = self._pruned(network, weights[network], turn + 1, self.masks[network][-1])
                self.masks[network] = (*self.masks[network], pruned)

    def _row(self, turn: int, network: int, training: Training, place: int) -> dict[str, Any]:
        masks, dead = self.masks[network][turn], training.diverged_at[place] >= 0
        names = ("train_loss", "test_loss", "test_error")
        measured = {name: None if dead else float(getattr(training, name)[place, -1]) for name in names}
        about = {"round": turn, "density": self.plan.path[turn], "kept": masks.kept}
        about |= {"effective_density": masks.effective_density, "warning": masks.warning}
        made = self.plan.steps + turn * self.plan.later
        return about | measured | {"status": "diverged" if dead else "alive", "steps": made}

    def snapshot(self, turn: int, step: int) -> Pruning:
        """Freeze the present."""
        total = self.plan.steps + (len(self.plan.path) - 1) * self.plan.later
        done = step if turn == 0 else self.plan.steps + (turn - 1) * self.plan.later + step
        networks = {name: tuple(getattr(self, name)) for name in ("masks", "rewound", "trained")}
        return Pruning(tuple(self.rows), done, total, **networks)


#: Settings of ``train`` that may be one for each network.
EACH = ("width", "step_size", "seed", "samples", "labels")


def _density(value: Any) -> float:
    kept_weights(value, 1)
    return float(value)
