"""The error of a network as it is pruned: three regions, and the invariant that joins networks of all shapes.

    low plateau    d > p (eps_up / eps_np)^(1 / gamma)     the error before pruning, eps_np
    power law      between the two                        eps_up (p / d)^gamma, whatever eps_np
    high plateau   d < p                                  eps_up

[Rosenfeld2020]. d is the density: the share of weights that are left. Across depths l and widths w the density only
matters through ``m* = l^phi w^psi d``, which then takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array
from scalinglab.scaling_laws._arguments import numbers
from scalinglab.scaling_laws.fits import Fit, Parameter
from scalinglab.scaling_laws.regions import ThreeRegions

#: Names of the exponents of the invariant, by what they belong to.
FACTORS = {"depth": "depth_exponent", "width": "width_exponent"}


@dataclass(frozen=True, repr=False, kw_only=True)
class _Pruned(Fit):
    """What both laws of pruning share."""

    high_plateau = Parameter("eps_up: the error of a network that is pruned to nearly nothing.")
    exponent = Parameter("gamma: how fast the error grows as weights go.")
    transition = Parameter("p: the density (of a joint law, the m*) at which the power law meets the high plateau.")

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
    """The error of one network at every ``density``, fitted; see ``Fit`` for what else it tells.

    Attributes
    ----------
    unpruned : float
        eps_np, the error before pruning, which was given.
    """

    SIZES = ("density",)
    unpruned: float

    @property
    def low_transition(self) -> float:
        """The density at which the power law meets the low plateau: above it, pruning costs nothing."""
        return self.transition * (self.high_plateau / self.unpruned) ** (1 / self.exponent)

    def density_at(self, error: ArrayLike) -> Array:
        """The density at which the law takes each error; nan for an error that is not between the plateaus."""
        return self._invariant_at(error, np.array(self.unpruned))

    def _form(self, logs: Mapping[str, Array]) -> ThreeRegions:
        density = logs["density"]
        return ThreeRegions(density, np.full_like(density, np.log(self.unpruned)), np.empty((0, len(density))))


@dataclass(frozen=True, repr=False, kw_only=True)
class PrunedJointLaw(_Pruned):
    """The error of networks of many shapes at every density, fitted; see ``Fit`` for what else it tells.

    It is asked at ``density``, at ``unpruned``, the error of a network before pruning, and at its ``width``, its
    ``depth`` or both, by name. ``rows()`` adds the ``invariant`` of each network.

    Attributes
    ----------
    factors : tuple of str
        What the invariant knows of a network beside its density: "depth", "width" or both.
    """

    MORE: ClassVar[tuple[str, ...]] = ("width", "depth")
    factors: tuple[str, ...]
    _units: Array

    depth_exponent = Parameter("Phi in ``m* = l^phi w^psi d``; 0 where depths were not given.", left_out=0.0)
    width_exponent = Parameter("Psi in ``m* = l^phi w^psi d``; 0 where widths were not given.", left_out=0.0)

    def names(self) -> tuple[str, ...]:
        """``density``, ``unpruned``, and the factors that the law was fitted to."""
        return ("density", "unpruned", *self.factors)

    def invariant(self, density: ArrayLike, **shape: ArrayLike | None) -> Array:
        """``m* = l^phi w^psi d`` of each network: where it is equal, so is the error on the power law."""
        given = self._given((density, 1.0), {name: size for name, size in shape.items() if size is not None})
        found = np.broadcast_arrays(given["density"], *(np.log(given[name]) for name in self.factors))
        exponents = [self.parameters[FACTORS[name]] for name in self.factors]
        return found[0] * np.exp(sum(e * log for e, log in zip(exponents, found[1:], strict=True)))

    def density_at(self, error: ArrayLike, *, unpruned: ArrayLike, **shape: ArrayLike | None) -> Array:
        """The density at which a network takes an error; nan for an error that is not between the plateaus.

        A density above 1 says that the network would have to be larger.
        """
        return self._invariant_at(error, numbers("unpruned", unpruned)) / self.invariant(1.0, **shape)

    def _shown(self, given: dict[str, Array]) -> dict[str, Array]:
        shape = {name: given[name] for name in self.MORE if name in given}
        return {"density": given["density"], **shape, "invariant": self.invariant(given["density"], **shape)}

    def _form(self, logs: Mapping[str, Array]) -> ThreeRegions:
        sizes = np.stack([logs[name] for name in self.factors]) - self._units[:, None]
        return ThreeRegions(logs["density"], logs["unpruned"], sizes)
