"""The one scalar that the whole theory hangs on: kappa(s), how the features at hand look to the population.

In the Laplace domain the response functions of [Bordelon2024] eqs. (10) and (11) are functions of one number,

    R1 = 1 - F / P,    R3 = 1 - F / N,    F(kappa) = sum_k lam_k / (lam_k + kappa)
    kappa (1 - F / P) (1 - F / N) = s,    H_k(s) = kappa / (lam_k + kappa) / s

with N the width, P the samples and s the frequency. (Our s is their i omega.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab._errors import ConvergenceError
from scalinglab._later import optimize
from scalinglab.random_features.spectra import Spectrum

Complex = NDArray[Any]
#: Steps of the rotation from the positive axis, at first and at most.
TURNS, MOST_TURNS = 12, 400
#: Residual of what counts as solved: relative to s, and to kappa, from which s is computed.
TOLERANCE, ROUNDING = 1e-11, 4e-15
#: Times before, in units of 1 / trace, change less of the loss than rounding does.
UNBEGUN = 1e-17


@dataclass(frozen=True, eq=False)
class Medium:
    """A spectrum seen through finitely many features and samples.

    Attributes
    ----------
    spectrum : Spectrum
    width, samples : float
        N and P; infinity is allowed for both.
    """

    spectrum: Spectrum
    width: float
    samples: float

    @cached_property
    def seen(self) -> tuple[Array, Array, Array]:
        """Eigenvalues that are positive, how often each occurs, and the power along each with all of these."""
        spectrum = self.spectrum
        inner = spectrum.eigenvalues > 0
        values, counts, power = (x[inner] for x in (spectrum.eigenvalues, spectrum.multiplicity, spectrum.target_power))
        return values, counts, counts * power

    def begun(self, times: Array) -> NDArray[np.bool_]:
        """Which times are late enough for a change of the loss that a float can hold; infinite ones are not."""
        return (times > UNBEGUN / self.spectrum.trace) & np.isfinite(times)

    @property
    def unlimited(self) -> bool:
        """Whether width and samples are both infinite: kappa is s then."""
        return math.isinf(self.width) and math.isinf(self.samples)

    def responses(self, kappa: Any) -> tuple[Any, Any, Any]:
        """``R1``, ``R3`` and the derivative of ``F``, each of the shape of kappa."""
        (values, counts, _), modes, kappa = self.seen, self.spectrum.modes, np.asarray(kappa)
        inverse, weights = 1 / (values + kappa[..., None]), counts * values
        freedom, found = inverse @ weights, []
        for size in (self.samples, self.width):
            if modes <= size < math.inf:  # 1 - F / size without cancellation
                found.append((size - modes + kappa * (inverse @ counts)) / size)
            else:
                found.append(1 - freedom / size)
        return *found, -(inverse * inverse) @ weights

    def frequency(self, kappa: Any) -> tuple[Any, Any]:
        """``s(kappa)`` and its derivative."""
        data, model, slope = self.responses(kappa)
        return kappa * data * model, data * model - kappa * slope * (model / self.samples + data / self.width)

    def root_frequency(self, kappa: Any) -> tuple[Any, Any]:
        """The square root of s, and its derivative, where width and samples are equal.

        There, s has a double root at its smallest kappa, which costs half of the digits; its square root has not.
        """
        data, _, slope = self.responses(kappa)
        root = np.sqrt(kappa)
        return root * data, data / (2 * root) - root * slope / self.width

    def solve(self, s: Complex) -> Complex:
        """Kappa at frequencies in the upper half-plane, shape as given.

        Newton's method from kappa = s ends on a wrong sheet for a sixth of the frequencies of a contour. So the
        equation is solved on the positive axis, at the size of s, and followed from there to s.

        Raises
        ------
        ConvergenceError
            If it cannot be followed.
        """
        if self.unlimited:
            return s
        flat = np.asarray(s, dtype=np.complex128).ravel()
        kappa = self._on_the_axis(np.abs(flat)).astype(np.complex128)
        turns, open_ = TURNS, np.ones(len(flat), dtype=bool)
        found = kappa.copy()
        while open_.any():
            found[open_] = self._turn(kappa[open_], flat[open_], turns)
            open_[open_] = ~self._solved(found[open_], flat[open_])
            turns *= 3
            if turns > MOST_TURNS and open_.any():
                raise ConvergenceError(
                    f"the response at width {self.width:g} and samples {self.samples:g} could not be followed to "
                    f"frequency {flat[open_][0]:.3g}; move width and samples apart, or make the times less extreme"
                )
        return found.reshape(np.shape(s))

    def at_rest(self, ridge: float = 0.0) -> float:
        """Kappa at the real frequency ``ridge``; at 0, where F is the smaller of width and samples (or 0)."""
        if ridge > 0:
            return ridge if self.unlimited else float(self._on_the_axis(np.array([ridge]))[0])
        fewest = min(self.width, self.samples)
        if fewest >= self.spectrum.modes:
            return 0.0
        low, high = math.log(self.seen[0][-1]) - 60, math.log(self.spectrum.trace / fewest)
        found: Any = optimize.root_scalar(
            lambda x: float(min(self.responses(math.exp(x))[:2])), bracket=(low, high), method="brentq", xtol=1e-15
        )
        return math.exp(found.root)

    def edge(self, batch: float = math.inf) -> float:
        """The upper edge of the spectrum of the features' covariance on the training set, 2 over the largest step.

        Outside of the spectrum kappa is real, and -s(kappa) has its minimum at the edge. The largest eigenvalue counts
        as degenerate: a single draw's largest one scatters about a value below the edge.

        With fresh batches, the noise that they make must not feed back all of itself either: of eigenvalues t and a
        step h, ``sum h t / (2 - h t (1 + 1 / B)) < B``. That sum is ``-F(kappa) B / (B + 1)`` with kappa at the
        frequency ``-2 / (h (1 + 1 / B))``, so that F must stay above -(B + 1). Returned is 2 over the h where it ends.
        """
        outermost = self._outermost()
        if math.isinf(batch):
            return self._decay(outermost)
        values, counts, _ = self.seen
        weights, largest = counts * values, values[0]

        def missing(distance: float) -> float:
            return float((weights / (largest - values + distance)).sum()) - (batch + 1)

        ends = weights[0] / (batch + 1), self.spectrum.trace / (batch + 1)
        bracket = ends[0] * (1 - 1e-9), ends[1] * (1 + 1e-9)
        found: Any = optimize.root_scalar(missing, bracket=bracket, method="brentq", xtol=1e-300, rtol=1e-14)
        return self._decay(max(float(largest + found.root), outermost)) * (1 + 1 / batch)

    def _decay(self, outside: float) -> float:
        """The eigenvalue, which is -s, where -kappa lies outside of the spectrum."""
        return outside if self.unlimited else -float(self.frequency(-outside)[0])

    def _outermost(self) -> float:
        """Minus kappa at the edge of the spectrum."""
        largest = float(self.spectrum.eigenvalues[0])
        if self.unlimited:
            return largest
        scale = math.log(largest)
        found: Any = optimize.minimize_scalar(
            lambda log: self._decay(largest + math.exp(log)),
            bounds=(scale - 40, scale + 20),
            method="bounded",
            options={"xatol": 1e-10},
        )
        return largest + math.exp(found.x)

    def _on_the_axis(self, s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Kappa at positive frequencies: s(kappa) is convex, so Newton's method falls to it from above."""
        kappa = s + self.spectrum.trace * (1 / self.width + 1 / self.samples)
        for _ in range(200):
            value, slope = self.frequency(kappa)
            change = (value - s) / slope
            kappa = kappa - change
            if (np.abs(change) <= 1e-14 * kappa).all():
                break
        return kappa

    def _mismatch(self, kappa: Complex, s: Complex) -> tuple[Complex, Complex, Complex]:
        """How far kappa is from solving the equation, the slope, and the size of what it should equal."""
        square = self.width == self.samples
        value, slope = self.root_frequency(kappa) if square else self.frequency(kappa)
        target = np.sqrt(s) if square else s
        return target - value, slope, np.abs(target)

    def _turn(self, kappa: Complex, s: Complex, turns: int) -> Complex:
        """Follow kappa while the frequency turns from the positive axis to s; each step corrects the one before."""
        size, angle = np.abs(s), np.angle(s)
        # Near the edge of the spectrum, where the slope vanishes, corrections take longer.
        for step in range(1, turns + (4 if turns == TURNS else 20)):
            missing, slope, _ = self._mismatch(kappa, size * np.exp(1j * angle * (min(step, turns) / turns)))
            kappa = kappa + missing / slope
        return kappa

    def _solved(self, kappa: Complex, s: Complex) -> NDArray[np.bool_]:
        missing, _, size = self._mismatch(kappa, s)
        rounding = ROUNDING * (np.sqrt(np.abs(kappa)) if self.width == self.samples else np.abs(kappa))
        small = np.abs(missing) <= TOLERANCE * size + rounding
        return small & ((np.imag(kappa) > 0) | (np.imag(s) <= 1e-9 * np.abs(s)))
