"""The error of a network as it is pruned: three regions, and the invariant that joins networks of all shapes.

    low plateau    d > p (eps_up / eps_np)^(1 / gamma)     the error before pruning, eps_np
    power law      between the two                        eps_up (p / d)^gamma, whatever eps_np
    high plateau   d < p                                  eps_up

[Rosenfeld2020]. d is the density: the share of weights that are left. Across depths l and widths w the density only
matters through ``m* = l^phi w^psi d``, which then takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail
from scalinglab.scaling_laws._arguments import densities, numbers
from scalinglab.scaling_laws.fits import Fit
from scalinglab.scaling_laws.regions import ThreeRegions

__all__ = ["FACTORS", "PrunedJointLaw", "PrunedLaw"]

Array = NDArray[np.float64]
#: Names of the exponents of the invariant, by what they belong to.
FACTORS = {"depth": "depth_exponent", "width": "width_exponent"}


@dataclass(frozen=True, repr=False, kw_only=True)
class _Pruned(Fit):
    """What both laws of pruning share."""

    @property
    def high_plateau(self) -> float:
        """eps_up: the error of a network that is pruned to nearly nothing."""
        return self.parameters["high_plateau"]

    @property
    def exponent(self) -> float:
        """gamma: how fast the error grows as weights go."""
        return self.parameters["exponent"]

    @property
    def transition(self) -> float:
        """p: the density (of a joint law, the m*) at which the power law meets the high plateau."""
        return self.parameters["transition"]

    @property
    def amplitude(self) -> float:
        """``eps_up p^gamma``: the power law at density 1 (at m* = 1). Determined even where no plateau was sampled."""
        return self.high_plateau * self.transition**self.exponent

    def _invariant_at(self, error: ArrayLike, unpruned: Array) -> Array:
        """The m* at which the law takes an error; nan outside of its plateaus."""
        logs = np.log(numbers("error", error))
        gap = 2 * (np.log(self.high_plateau) - np.log(unpruned)) / self.exponent
        above = 2 * (logs - np.log(unpruned)) / self.exponent
        with np.errstate(divide="ignore", invalid="ignore"):
            square = gap - above + np.log(-np.expm1(above - gap)) - np.log(-np.expm1(-above))
            return self.transition * np.exp(np.minimum(square / 2, 700))


@dataclass(frozen=True, repr=False, kw_only=True)
class PrunedLaw(_Pruned):
    """The error of one network at every density, fitted; see ``Fit`` for what else it tells.

    Attributes
    ----------
    unpruned : float
        eps_np, the error before pruning, which was given.
    """

    unpruned: float

    @property
    def low_transition(self) -> float:
        """The density at which the power law meets the low plateau: above it, pruning costs nothing."""
        return self.transition * (self.high_plateau / self.unpruned) ** (1 / self.exponent)

    def predict(self, density: ArrayLike) -> Array:
        """The error at each density, of the same shape."""
        return self._predicted(*self._at(density))

    def interval(self, density: ArrayLike, level: float = 0.95) -> tuple[Array, Array]:
        """Ends of an interval for the *law* at each density (seeds scatter more widely).

        Raises
        ------
        ValueError
            If a density is not above 0 and at most 1, or the level not between 0 and 1.
        """
        return self._interval(*self._at(density), level)

    def density_at(self, error: ArrayLike) -> Array:
        """The density at which the law takes each error; nan for an error that is not between the plateaus."""
        return self._invariant_at(error, np.array(self.unpruned))

    def rows(self, density: ArrayLike) -> list[dict[str, Any]]:
        """A record for each density: ``density``, ``error``, and the ends ``low`` and ``high`` of its 95 % interval."""
        sizes = np.atleast_1d(densities("density", density)).ravel()
        columns = (column.tolist() for column in (sizes, self.predict(sizes), *self.interval(sizes)))
        names = ("density", "error", "low", "high")
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _at(self, density: ArrayLike) -> tuple[ThreeRegions, tuple[int, ...]]:
        found = densities("density", density)
        logs = np.log(found).ravel()
        return ThreeRegions(logs, np.full_like(logs, np.log(self.unpruned)), np.empty((0, len(logs)))), found.shape


@dataclass(frozen=True, repr=False, kw_only=True)
class PrunedJointLaw(_Pruned):
    """The error of networks of many shapes at every density, fitted; see ``Fit`` for what else it tells.

    Attributes
    ----------
    factors : tuple of str
        What the invariant knows of a network beside its density: "depth", "width" or both.
    """

    factors: tuple[str, ...]
    _units: Array

    @property
    def depth_exponent(self) -> float:
        """Phi in ``m* = l^phi w^psi d``; 0 where depths were not given."""
        return self.parameters.get("depth_exponent", 0.0)

    @property
    def width_exponent(self) -> float:
        """Psi in ``m* = l^phi w^psi d``; 0 where widths were not given."""
        return self.parameters.get("width_exponent", 0.0)

    def invariant(self, density: ArrayLike, *, width: ArrayLike | None = None, depth: ArrayLike | None = None) -> Array:
        """``m* = l^phi w^psi d`` of each network: where it is equal, so is the error on the power law."""
        found = np.broadcast_arrays(densities("density", density), *self._logs(width, depth))
        exponents = [self.parameters[FACTORS[name]] for name in self.factors]
        return found[0] * np.exp(sum(e * log for e, log in zip(exponents, found[1:], strict=True)))

    def predict(
        self,
        density: ArrayLike,
        *,
        unpruned: ArrayLike,
        width: ArrayLike | None = None,
        depth: ArrayLike | None = None,
    ) -> Array:
        """The error of each network, from its density, its error before pruning and its shape; all are broadcast."""
        return self._predicted(*self._at(density, unpruned, width, depth))

    def interval(
        self,
        density: ArrayLike,
        *,
        unpruned: ArrayLike,
        width: ArrayLike | None = None,
        depth: ArrayLike | None = None,
        level: float = 0.95,
    ) -> tuple[Array, Array]:
        """Ends of an interval for the *law* (seeds scatter more widely).

        Raises
        ------
        ValueError
            If an argument is out of range, or a factor of the invariant is missing.
        """
        return self._interval(*self._at(density, unpruned, width, depth), level)

    def density_at(
        self, error: ArrayLike, *, unpruned: ArrayLike, width: ArrayLike | None = None, depth: ArrayLike | None = None
    ) -> Array:
        """The density at which a network takes an error; nan for an error that is not between the plateaus.

        A density above 1 says that the network would have to be larger.
        """
        return self._invariant_at(error, numbers("unpruned", unpruned)) / self.invariant(1.0, width=width, depth=depth)

    def rows(
        self,
        density: ArrayLike,
        *,
        unpruned: ArrayLike,
        width: ArrayLike | None = None,
        depth: ArrayLike | None = None,
    ) -> list[dict[str, Any]]:
        """A record for each network: ``density``, factors, ``invariant``, ``error``, and its ``low`` and ``high``."""
        given = {name: value for name, value in (("width", width), ("depth", depth)) if value is not None}
        columns = [
            densities("density", density),
            *(numbers(name, value) for name, value in given.items()),
            self.invariant(density, width=width, depth=depth),
            self.predict(density, unpruned=unpruned, width=width, depth=depth),
            *self.interval(density, unpruned=unpruned, width=width, depth=depth),
        ]
        names = ("density", *given, "invariant", "error", "low", "high")
        flat = (column.ravel().tolist() for column in np.broadcast_arrays(*columns))
        return [dict(zip(names, row, strict=True)) for row in zip(*flat, strict=True)]

    def _logs(self, width: ArrayLike | None, depth: ArrayLike | None) -> list[Array]:
        given, logs = {"width": width, "depth": depth}, []
        for name in self.factors:
            value = given[name]
            if value is None:
                fail(name, "be given, as the law was fitted to it", value)
            logs.append(np.log(numbers(name, value)))
        return logs

    def _at(
        self, density: ArrayLike, unpruned: ArrayLike, width: ArrayLike | None, depth: ArrayLike | None
    ) -> tuple[ThreeRegions, tuple[int, ...]]:
        logs = np.log(densities("density", density)), np.log(numbers("unpruned", unpruned))
        found = np.broadcast_arrays(*logs, *self._logs(width, depth))
        flat = [array.ravel() for array in found]
        return ThreeRegions(flat[0], flat[1], np.stack(flat[2:]) - self._units[:, None]), found[0].shape
