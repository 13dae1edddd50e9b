"""Pruning while the network learns: masks that shrink on a cubic schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalinglab._checks import fail, non_negative_integer, number, one_of, positive_integer
from scalinglab.pruning.masks import Masks, weights_of
from scalinglab.pruning.modules import seen
from scalinglab.pruning.selection import kept_weights
from scalinglab.pruning.starts import SCOPES, magnitude_masks
from scalinglab.training import Training


@dataclass(frozen=True, kw_only=True)
class GradualPruning:
    """Masks for ``train(masks=...)`` that shrink by magnitude: sparsity ``s (1 - (1 - share)^3)`` [Zhu2017].

    ``s = 1 - density`` is the sparsity at the end, and ``share`` how much of the pruning steps has gone by. What was
    pruned has the weight zero, and stays pruned.

    Parameters
    ----------
    density : float or sequence of float
        Share of the weights that is kept in the end, of all networks or of each.
    begin, end : int
        The steps of the first and the last pruning.
    every : int
        Steps between two prunings.
    scope : {"global", "layer", "erk", "lamp"}
        As in ``magnitude_masks``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> from scalinglab.training import digits, finish, train
    >>> pruning = GradualPruning(density=0.1, begin=20, end=80)
    >>> run = finish(train(digits(200), width=16, steps=100, optimizer="adam", step_size=0.003, masks=pruning))
    >>> sum(int((weight != 0).sum()) for weight, _ in run.arrays(0))
    118
    """

    density: float | Sequence[float]
    begin: int = 0
    end: int
    every: int = 10
    scope: str = "global"

    def __post_init__(self) -> None:
        densities = self.density if isinstance(self.density, Sequence) else [self.density]
        for density in densities:
            kept_weights(number("density", density), 1)
        if positive_integer("end", self.end) <= non_negative_integer("begin", self.begin):
            fail("end", f"be above begin, {self.begin}", self.end)
        positive_integer("every", self.every)
        one_of("scope", self.scope, SCOPES)

    def __call__(self, run: Training) -> list[Masks] | None:
        """The masks of all networks at this step, or ``None`` if nothing is pruned now."""
        step = run.step
        if not self.begin <= step <= self.end or ((step - self.begin) % self.every and step != self.end):
            return None
        share = (step - self.begin) / (self.end - self.begin)
        return [self._masks(run, network, share) for network in range(run.networks)]

    def _masks(self, run: Training, network: int, share: float) -> Masks:
        layers = run.arrays(network)
        layers = seen(run.module(network)) if isinstance(layers, dict) else layers
        left = Masks((weight != 0 for weight in weights_of(layers)), layers)
        if not left.kept:  # a diverged network is all zeros: there is nothing to choose from
            return left
        density = self.density[network] if isinstance(self.density, Sequence) else self.density
        kept = kept_weights(1 - (1 - density) * (1 - (1 - share) ** 3), left.size)
        return magnitude_masks(layers, min(kept, left.kept), scope=self.scope, within=left)
