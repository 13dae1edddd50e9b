"""The error of a pruned network from its data, its width and its density: the dense law inside the law of pruning.

[Rosenfeld2020] has the error before pruning as an input of the pruned law, through which alone the data act. Here it is
not measured but predicted, by the joint law of [Rosenfeld2019], so that a network need not be trained to be planned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, same_length
from scalinglab.scaling_laws._arguments import densities, numbers
from scalinglab.scaling_laws.joint import JointLaw, fit_joint
from scalinglab.scaling_laws.pruned_laws import PrunedJointLaw
from scalinglab.scaling_laws.pruning import fit_pruned_joint


@dataclass(frozen=True)
class ComposedLaw:
    """The error over data, width and density.

    Attributes
    ----------
    dense : JointLaw
        The error of networks that are not pruned, over data and width.
    pruned : PrunedJointLaw
        The error over width and density, given the error before pruning.
    """

    dense: JointLaw
    pruned: PrunedJointLaw

    def predict(self, data: ArrayLike, width: ArrayLike, density: ArrayLike) -> Array:
        """The error of each network; all are broadcast.

        Raises
        ------
        ValueError
            If an argument is out of range.
        """
        return self._pruned(self.dense.predict(data, width), width, density)

    def interval(self, data: ArrayLike, width: ArrayLike, density: ArrayLike) -> tuple[Array, Array]:
        """Ends of the 95 % interval for a new run at each place; all are broadcast.

        The dense law's interval is taken through the law of pruning, and is then joined with that law's own interval,
        as if the two were independent: the logarithms of their widths are added in squares. As in ``Fit.interval``,
        nothing in it says whether the laws go on beyond the sizes that were fitted.

        Raises
        ------
        ValueError
            If an argument is out of range.
        """
        middle = self.predict(data, width, density)
        before = np.minimum(self.dense.predict(data, width), self.pruned.high_plateau)
        ends = zip(
            self.dense.interval(data, width, of="run"),
            self.pruned.interval(density, unpruned=before, width=width, of="run"),
            (-1, 1),
            strict=True,
        )
        low, high = (
            middle * np.exp(side * np.hypot(np.log(self._pruned(dense, width, density) / middle), np.log(own / middle)))
            for dense, own, side in ends
        )
        return low, high

    def _pruned(self, unpruned: ArrayLike, width: ArrayLike, density: ArrayLike) -> Array:
        """The law of pruning; beyond the plateau of a network that is pruned to nothing, nothing can be lost."""
        return self.pruned.predict(density, unpruned=np.minimum(unpruned, self.pruned.high_plateau), width=width)


def fit_composed(
    data: ArrayLike,
    width: ArrayLike,
    density: ArrayLike,
    error: ArrayLike,
    *,
    chance: float,
    highest: float = 1.0,
) -> ComposedLaw:
    """Fit both laws: the dense one to the networks of density 1, the pruned one to all.

    Parameters
    ----------
    data, width, density, error : array, shape (points,)
        For each pair of data and width there must be one point of density 1: its error before pruning.
    chance : float
        The error of guessing, the ceiling of the dense law.
    highest : float
        The largest error that a pruned network may have.

    Returns
    -------
    ComposedLaw

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, or a network was not measured before pruning.
    ConvergenceError
        If a fit does not converge.
    """
    columns = {name: numbers(name, value).ravel() for name, value in (("data", data), ("width", width))}
    columns |= {"density": densities("density", density).ravel(), "error": numbers("error", error).ravel()}
    same_length(**columns)
    dense = columns["density"] == 1
    networks = list(zip(columns["data"].tolist(), columns["width"].tolist(), strict=True))
    before = {network: columns["error"][place] for place, network in enumerate(networks) if dense[place]}
    for network in networks:
        if network not in before:
            fail("density", f"be 1 once for data {network[0]:g} and width {network[1]:g}", "no such point")
    law = fit_joint(*(columns[name][dense] for name in ("data", "width", "error")), chance=chance)
    unpruned = np.array([before[network] for network in networks])
    given = {"unpruned": unpruned, "width": columns["width"]}
    return ComposedLaw(law, fit_pruned_joint(columns["density"], columns["error"], highest=highest, **given))
