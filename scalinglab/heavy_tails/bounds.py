"""What a pruned and quantised network is guaranteed to do on fresh data: a bound that counts networks."""

from __future__ import annotations

import math

from scalinglab._checks import fail, in_range, integer, number, positive_integer
from scalinglab._later import special
from scalinglab.heavy_tails._arguments import density as checked_density
from scalinglab.heavy_tails._arguments import kept_of


def occam_bound(parameters: int, density: float, samples: int, *, bits: int = 8, delta: float = 0.05) -> float:
    """Bound on the gap between the error on fresh data and on the training samples, of the network *after* pruning.

    There are ``C(d, k) 2^(k b)`` networks with k of d parameters of b bits each. By Hoeffding's inequality for each
    and a union over all, with probability 1 - delta none of them has a larger gap than

        sqrt((ln C(d, k) + k b ln 2 + ln(1 / delta)) / (2 n)),    k = ceil(density d)

    This rigorous bound stands in for the theorem of [Barsbey2021], whose complexity also scales with the parameters
    that are left. It holds for the share of errors (0-1 loss), whatever the training, if density and bits are chosen
    before the data are seen. Above 1 it says nothing.

    Parameters
    ----------
    parameters : int
        d, of the network before pruning.
    density : float
        The share kept, above 0 and 1 at most.
    samples : int
        n, of the training set.
    bits : int
        b, for each parameter kept; 0 for networks of signs fixed in advance.
    delta : float
        How often the bound may fail, above 0 and below 1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(occam_bound(1000, 0.01, 100_000), 3)
    0.024
    """
    count, share = positive_integer("parameters", parameters), checked_density("density", density)
    sizes, width = positive_integer("samples", samples), integer("bits", bits)
    in_range("bits", width, 0, 64)
    if not 0 < number("delta", delta) < 1:
        fail("delta", "be above 0 and below 1", delta)
    kept = kept_of(share, count)
    choices = float(special.gammaln(count + 1) - special.gammaln(kept + 1) - special.gammaln(count - kept + 1))
    return math.sqrt((choices + kept * width * math.log(2) - math.log(delta)) / (2 * sizes))
