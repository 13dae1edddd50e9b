"""What the loss of a power law tends to when one thing is scarce: time, width or samples; and what compute should buy.

With ``lam_k = k^-b`` and ``w_k^2 lam_k = k^-a``, infinitely many modes, and all else infinite,

    L(t) ~ t^-(a-1)/b,    L(N) ~ N^-min(a-1, b),    L(P) ~ P^-min(a-1, 2b)

1. [Bordelon2024] eq. (14) states min(a-1, 2b) for the width too. That is the exponent of the squared bias alone: the
   variance over the draw of the features adds ``kappa^1`` where the bias has ``kappa^2``, and dominates for a - 1 > b.
2. For a - 1 > b the compute-optimal frontier of [Bordelon2024] eq. (17) fails as well: a term of time and width
   together takes over, ``t^-(1 - 1/b) / N``, the term F_ac of [Paquette2024]. The frontier is then L ~ C^-(a-1)/a. The
   regime a - 1 < b, which the paper is about, is as published.
3. All this is of gradient flow. One-pass SGD with steps and batches of a fixed size adds their noise, which fades like
   ``t^-(2 - 1/b)``, the term K_pp of [Paquette2024]. For a > 2b it outlasts t^-(a-1)/b, and the frontier no longer
   depends on a: L ~ C^-(1 - 1/2b), with width and time growing alike. Where width would outgrow time, noise stops it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from scalinglab._checks import fail, number, one_of
from scalinglab._later import special

LAWS = ("corrected", "published", "fixed_batch")


@dataclass(frozen=True)
class Asymptotics:
    """Exponents and prefactors: ``L = prefactor * size^-exponent`` where that size alone is finite, and large.

    Attributes
    ----------
    a, b : float
    time, width, samples : (float, float)
        Exponent and prefactor. The prefactor is nan where a logarithm takes its place.
    mixed : (float, float, float) or None
        For a - 1 > b: exponents in time and width and the prefactor of the term that both make together.
    """

    a: float
    b: float
    time: tuple[float, float]
    width: tuple[float, float]
    samples: tuple[float, float]
    mixed: tuple[float, float, float] | None

    def rows(self) -> list[dict[str, Any]]:
        """A record for each bottleneck: ``bottleneck``, ``exponent``, ``prefactor``."""
        found = {"time": self.time, "width": self.width, "samples": self.samples}
        return [
            {"bottleneck": name, "exponent": exponent, "prefactor": prefactor}
            for name, (exponent, prefactor) in found.items()
        ]


class Exponents(NamedTuple):
    """How the optimum moves with the budget C: ``loss ~ C^-loss``, ``width ~ C^width``, ``time ~ C^time``."""

    loss: float
    width: float
    time: float


def asymptotics(a: float, b: float) -> Asymptotics:
    """Return the exponents and prefactors of a power law with infinitely many modes and no noise.

    Parameters
    ----------
    a, b : float
        Exponents of the target's power and of the eigenvalues; both above 1.

    Raises
    ------
    ValueError
        If an exponent is not above 1.

    Examples
    --------
    >>> asymptotics(1.5, 1.25).time[0], asymptotics(3, 1.25).width[0]
    (0.4, 1.25)
    """
    a, b = _above_one("a", a), _above_one("b", b)
    share = (a - 1) / b
    # kappa -> (unit / size)^b where F(kappa) is the size.
    unit = (math.pi / b) / math.sin(math.pi / b)
    modes = unit ** (a - 1)
    if share == 1:
        width = math.nan
    else:
        width = modes * (math.pi / b) / math.sin(math.pi * share) if share < 1 else float(special.zeta(a - b)) * unit**b
    if share == 2:
        samples = math.nan
    else:
        short = share < 2
        samples = (
            modes * math.gamma(share) * math.gamma(2 - share)
            if short
            else b * special.zeta(a - 2 * b) * unit ** (2 * b)
        )
    power = 1 - 1 / b
    mixed = (power, 1.0, float(special.zeta(a - b) * math.gamma(power) / b * 2**-power)) if share > 1 else None
    return Asymptotics(
        a=a,
        b=b,
        time=(share, math.gamma(share) / b * 2**-share),
        width=(min(a - 1, b), width),
        samples=(min(a - 1, 2 * b), float(samples)),
        mixed=mixed,
    )


def compute_optimal_exponents(a: float, b: float, *, law: str = "corrected") -> Exponents:
    """Return how loss, width and time of the optimum move with the budget ``C = width * time``.

    Parameters
    ----------
    a : float
        Above 1.
    b : float
        1 or more; at 1 there are logarithmic corrections.
    law : {"corrected", "published", "fixed_batch"}
        "published" is [Bordelon2024] eq. (17); "corrected" agrees with it for a - 1 <= b, see the module. Both are of
        gradient flow. "fixed_batch" is of one-pass SGD with fixed steps and batches, and differs for a > 2b.

    Returns
    -------
    Exponents
        All positive; ``width + time = 1``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> compute_optimal_exponents(2, 1.5)
    Exponents(loss=0.4, width=0.4, time=0.6)
    >>> published, corrected = (compute_optimal_exponents(3, 1.25, law=law).loss for law in ("published", "corrected"))
    >>> round(published, 3), round(corrected, 3)
    (0.889, 0.667)
    """
    a = _above_one("a", a)
    if number("b", b) < 1:
        fail("b", "be 1 or more, or infinitely many features have no finite variance", b)
    one_of("law", law, LAWS)
    if law == "fixed_batch" and a > 2 * b:
        return Exponents(1 - 1 / (2 * b), 0.5, 0.5)
    if law != "published" and a - 1 > b:
        return Exponents((a - 1) / a, (a - b) / a, b / a)
    model = min(a - 1, 2 * b)
    total = a - 1 + b * model
    return Exponents((a - 1) * model / total, (a - 1) / total, b * model / total)


def _above_one(name: str, value: Any) -> float:
    if number(name, value) <= 1:
        fail(name, "be above 1", value)
    return float(value)
