"""What the model learns and from what: the eigenvalues of the features, and the power of the target along each.

    E[psi_k psi_l] = delta_kl lam_k,    y = sum_k w_k psi_k + noise      [Bordelon2024] section 2

A power law has ``lam_k = k^-b`` and ``w_k^2 lam_k = k^-a``. Sums over its modes are taken over all of them up to 2,000,
and by quadrature above, so that 10^13 modes cost about as much as 10^4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, number, positive, positive_integer, same_length
from scalinglab._prepared import prepared
from scalinglab._results import read_only, records
from scalinglab.random_features.quadrature import condense

#: Up to so many modes each is taken by itself, unless it is asked otherwise.
EXACT = 2000


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum:
    """Eigenvalues of the features and power of the target, largest eigenvalue first; arrays are read-only.

    Parameters
    ----------
    eigenvalues : array, shape (modes,)
        ``lam_k``, the variance of each feature: finite, not negative, not all zero. What the target has along an
        eigenvalue of zero no feature sees: it stays in the loss, and acts as noise on the labels.
    target_power : array, shape (modes,)
        ``w_k^2 lam_k``, the part of the target's variance that lies along each feature: not negative, not all zero.
    multiplicity : array, shape (modes,), optional
        How many equal modes each entry stands for, 1 by default. Quadrature makes it fractional: such a spectrum can
        be solved, but not simulated.
    exponents : (float, float), optional
        ``(a, b)``, if it is a power law.

    Raises
    ------
    ValueError
        If lengths differ, or a value is out of range.

    Examples
    --------
    >>> spectrum = Spectrum([1.0, 0.5], [2.0, 1.0])
    >>> spectrum.power, spectrum.exact
    (3.0, True)
    """

    eigenvalues: Array
    target_power: Array
    multiplicity: Array = field(default_factory=lambda: np.empty(0))
    exponents: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        values, power = (_vector(name, getattr(self, name)) for name in ("eigenvalues", "target_power"))
        count = _vector("multiplicity", self.multiplicity) if np.size(self.multiplicity) else np.ones(len(values))
        same_length(eigenvalues=values, target_power=power, multiplicity=count)
        if (values < 0).any() or not values.any():
            fail("eigenvalues", "not be negative, and not all zero", float(values.min()))
        if (power < 0).any() or not power.any():
            fail("target_power", "not be negative, and not all zero", float(power.min()))
        if (count <= 0).any():
            fail("multiplicity", "be positive", float(count.min()))
        order = np.argsort(-values, kind="stable")
        for name, given in {"eigenvalues": values, "target_power": power, "multiplicity": count}.items():
            object.__setattr__(self, name, read_only(given[order]))

    def __len__(self) -> int:
        return len(self.eigenvalues)

    @property
    def power(self) -> float:
        """The variance of the clean target, which is the loss before training."""
        return float(self.multiplicity @ self.target_power)

    @property
    def trace(self) -> float:
        """The sum of all eigenvalues."""
        return float(self.multiplicity @ self.eigenvalues)

    @property
    def modes(self) -> float:
        """How many modes have a positive eigenvalue, each counted as often as it occurs."""
        return float(self.multiplicity @ (self.eigenvalues > 0))

    @property
    def unlearnable(self) -> float:
        """The target's variance along eigenvalues of zero, which no training takes off the loss."""
        return float(self.multiplicity @ np.where(self.eigenvalues > 0, 0.0, self.target_power))

    @property
    def exact(self) -> bool:
        """Whether each entry is one mode, so that the model can be simulated."""
        return bool((self.multiplicity == 1).all())

    def rows(self) -> list[dict[str, Any]]:
        """A record for each entry: ``mode`` (1 is the largest), ``eigenvalue``, ``target_power``, ``multiplicity``."""
        number_of = np.cumsum(self.multiplicity) - self.multiplicity / 2 + 0.5
        columns = {
            "mode": number_of,
            "eigenvalue": self.eigenvalues,
            "target_power": self.target_power,
            "multiplicity": self.multiplicity,
        }
        return records(columns)

    def __repr__(self) -> str:
        law = "a = {:g}, b = {:g}, ".format(*self.exponents) if self.exponents else ""
        lost = f", unlearnable {self.unlearnable:.4g}" if self.unlearnable else ""
        return f"Spectrum({law}{self.modes:.6g} modes, power {self.power:.4g}, trace {self.trace:.4g}{lost})"


def power_law(a: float, b: float, modes: float, *, exact: bool | None = None) -> Spectrum:
    """The power law ``lam_k = k^-b``, ``w_k^2 lam_k = k^-a`` for k from 1 to ``modes`` ([Bordelon2024] section 4).

    Parameters
    ----------
    a : float
        Exponent of the target's power, above 1: the larger, the easier the task.
    b : float
        Exponent of the eigenvalues, positive; above 1 if there are infinitely many modes.
    modes : int or math.inf
        How many.
    exact : bool, optional
        Whether to hold each mode; up to 2,000 of them by default, and quadrature above. Sums by quadrature are within
        1e-7 of the exact ones.

    Returns
    -------
    Spectrum

    Raises
    ------
    ValueError
        If an exponent is out of range, ``modes`` is no positive whole number, or infinitely many are to be held.

    Examples
    --------
    >>> power_law(1.5, 1.25, 400)
    Spectrum(a = 1.5, b = 1.25, 400 modes, power 2.512, trace 3.701)
    >>> len(power_law(1.5, 1.25, 10**13)) < 400
    True
    """
    if number("a", a) <= 1:
        fail("a", "be above 1, or the target has no finite variance", a)
    positive("b", b)
    endless = isinstance(modes, float) and math.isinf(modes) and modes > 0
    if not endless:
        modes = positive_integer("modes", int(modes) if isinstance(modes, float) and modes.is_integer() else modes)
    if endless and b <= 1:
        fail("b", "be above 1 for infinitely many modes, or the features have no finite variance", b)
    if exact is None:
        exact = modes <= EXACT
    if exact and endless:
        fail("exact", "be false for infinitely many modes", exact)
    if exact and modes > 10**7:
        fail("modes", "be at most 10^7 if each is to be held", modes)
    if not exact:
        return Spectrum(*condense(a, b, modes), (float(a), float(b)))
    ranks = np.arange(1.0, modes + 1)
    return Spectrum(ranks**-b, ranks**-a, exponents=(float(a), float(b)))


@prepared
def spectrum_from_kernel(gram: ArrayLike, targets: ArrayLike, *, least: float = 1e-12) -> Spectrum:
    """The spectrum that a kernel has on given points, with the power of given targets along its eigenvectors.

        lam_k = eig_k(K) / n,    w_k^2 lam_k = (u_k . y)^2 / n

    Parameters
    ----------
    gram : array, shape (points, points)
        The kernel of each pair of points: symmetric, positive semi-definite.
    targets : array, shape (points,)
        The clean target at each point.
    least : float
        Eigenvalues below this share of the largest count as zero, as they are up to rounding. A kernel has
        such eigenvalues if inputs are repeated, or if it has fewer features than there are points.

    Returns
    -------
    Spectrum

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite, or the matrix is not symmetric and positive semi-definite.
    """
    kernel, values = array("gram", gram, axes=2, shape="be a square matrix"), _vector("targets", targets)
    if kernel.shape[0] != kernel.shape[1]:
        fail("gram", "be a square matrix", kernel.shape)
    same_length(gram=kernel, targets=values)
    size = np.abs(kernel).max()
    if np.abs(kernel - kernel.T).max() > 1e-8 * size or size == 0:
        fail("gram", "be symmetric, and not all zero", kernel)
    found, vectors = np.linalg.eigh(kernel)
    if found[0] < -1e-8 * found[-1]:
        fail("gram", "be positive semi-definite", float(found[0]))
    points = len(values)
    power = (vectors.T @ values) ** 2 / points
    return Spectrum(np.where(found > positive("least", least) * found[-1], found, 0.0) / points, power)


def _vector(name: str, value: ArrayLike) -> Array:
    """A finite vector that is not empty, as a copy in float64."""
    return array(name, value, axes=1, say="be one-dimensional, finite and not empty", copy=True)
