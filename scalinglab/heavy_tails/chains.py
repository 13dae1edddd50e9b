"""Simulating the recursion: full vectors, or the norm alone, which is a Markov chain by itself.

With r = ||x||, X = ||A e||^2 ~ s2 chi2_B, the noise z along A e and V across it, and Y ~ s2 chi2_(d-1), one step is
exactly (derived here; c = eta / B)

    r'^2 = (r - c (r X - sqrt(X) z))^2 + c^2 ((r sqrt(X) - z)^2 + V) Y
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab._checks import Array, fail, non_negative_integer, one_of, positive, positive_integer
from scalinglab._errors import DivergenceError
from scalinglab._results import ReadOnly, records
from scalinglab.heavy_tails.recursion import recursion_tail_index

#: A chain beyond this stands still. Chains of a small tail index visit 1e11 and more, and come back.
CAP = 1e100
#: Numbers that are drawn at once: what stays in the cache.
DRAWN = 2**14


@dataclass(frozen=True, eq=False, repr=False)
class Chains(ReadOnly):
    """Independent runs of the recursion after their last step; arrays are read-only.

    Attributes
    ----------
    norms : array, shape (chains,)
        Distance of the last iterate from the solution.
    vectors : array, shape (chains, dimension), or None
        The last iterates; only of a simulation by vectors.
    averages : array, shape (chains, dimension), or None
        Mean of the last iterates of each chain, as many as were asked for.
    dimension, steps : int
    capped : int
        How many chains went beyond 1e100 and were stopped there.
    alpha : float
        The tail index of the stationary law; nan if there is none.
    rate : float
        The growth rate if there is no stationary law, else nan.
    """

    norms: Array
    vectors: Array | None
    averages: Array | None
    dimension: int
    steps: int
    capped: int
    alpha: float
    rate: float

    @property
    def caption(self) -> str:
        """Whether there is a stationary law, and what became of the chains, in a sentence or two."""
        if np.isnan(self.alpha):
            said = f"No stationary law: distances grow like exp({self.rate:.3g} k), and have no tail index."
        else:
            said = f"The stationary law has the tail index {self.alpha:.3g}."
        return said + (f" {self.capped} of {len(self.norms)} chains were stopped at 1e100." if self.capped else "")

    def coordinates(self, seed: int = 0) -> Array:
        """Return one coordinate of each last iterate, shape (chains,): for estimators that look at signs, too.

        Of a simulation by norms the direction is drawn now: as nothing prefers any, it is uniform on the sphere.
        """
        if self.vectors is not None:
            return self.vectors[:, 0].copy()
        generator = np.random.default_rng(non_negative_integer("seed", seed))
        along = generator.standard_normal(len(self.norms))
        across = generator.chisquare(self.dimension - 1, len(self.norms)) if self.dimension > 1 else 0.0
        return self.norms * along / np.sqrt(along**2 + across)

    def rows(self, points: int = 200) -> list[dict[str, Any]]:
        """Return the empirical tail: ``norm`` and the ``share`` of chains beyond it, at points even in log share."""
        ordered = np.sort(self.norms)[::-1]
        places = np.unique(np.geomspace(1, len(ordered), positive_integer("points", points)).astype(int)) - 1
        return records({"norm": ordered[places], "share": (places + 1) / len(ordered)})

    def __repr__(self) -> str:
        return f"Chains({len(self.norms)} chains, {self.steps} steps, tail index {self.alpha:.3g})"


def simulate_recursion(
    step_size: float,
    batch_size: int,
    dimension: int,
    *,
    input_variance: float = 1.0,
    noise: float = 1.0,
    chains: int = 4000,
    steps: int = 400,
    method: str = "radial",
    average: int = 0,
    seed: int = 0,
) -> Chains:
    """Run many independent chains of SGD on linear regression with fresh data, from the solution.

    Parameters
    ----------
    step_size : float
        eta, positive. Beyond ``largest_step_size`` the chains are run all the same: see ``Chains.rate``.
    batch_size, dimension : int
        B and d.
    input_variance : float
        s2, of each coordinate of the inputs.
    noise : float
        Standard deviation of the labels' noise, positive.
    chains, steps : int
    method : {"radial", "vectors"}
        The norm alone, whose cost does not depend on B and d, or the full vectors. Both have the same law.
    average : int
        How many of the last iterates are averaged, at most ``steps``; needs vectors.
    seed : int

    Returns
    -------
    Chains

    Raises
    ------
    ValueError
        If an argument is out of range, or the tail index is beyond what ``recursion_tail_index`` computes.

    Examples
    --------
    >>> simulate_recursion(0.8, 2, 2, chains=100, steps=50)
    Chains(100 chains, 50 steps, tail index 2)
    """
    _check(step_size, batch_size, dimension, input_variance, noise)
    count, last = positive_integer("chains", chains), positive_integer("steps", steps)
    kept = non_negative_integer("average", average)
    if kept and (one_of("method", method, ("radial", "vectors")) == "radial" or kept > last):
        fail("average", f"be at most {last} steps, and of vectors", average)
    alpha, rate = _index(step_size, batch_size, dimension, input_variance)
    generator = np.random.default_rng(non_negative_integer("seed", seed))
    # Lengths in units of noise / sqrt(s2), in which both are 1.
    unit, size = noise / np.sqrt(input_variance), step_size * input_variance / batch_size
    vectors = averages = None
    if one_of("method", method, ("radial", "vectors")) == "radial":
        norms = _in_parts(lambda some: _radial(generator, size, batch_size, (some, dimension), last), count)
    else:
        vectors, averages = _vectors(generator, size, batch_size, (count, dimension), last, average=kept)
        norms, vectors = np.sqrt((vectors**2).sum(-1)), unit * vectors
        averages = None if averages is None else unit * averages
    return Chains(unit * norms, vectors, averages, dimension, last, int(np.count_nonzero(norms >= CAP)), alpha, rate)


def column_chains(
    step_size: float,
    batch_size: int,
    dimension: int,
    *,
    columns: int,
    shared: bool = False,
    steps: int = 400,
    seed: int = 0,
) -> Array:
    """Columns of a layer, each a regression of its own by SGD: with inputs of its own, or with one batch for all.

    Label noise is independent in both cases. The columns of a real layer with several outputs share their batch: then
    one factor multiplies all of them at each step, and they are not independent, whatever the number of columns.

    Parameters
    ----------
    step_size : float
        Below ``largest_step_size``.
    batch_size, dimension : int
        B and d.
    columns : int
    shared : bool
        Whether all columns see the inputs of one batch.
    steps, seed : int

    Returns
    -------
    array, shape (dimension, columns)
        The last iterates.

    Raises
    ------
    ValueError
        If an argument is out of range.
    DivergenceError
        If there is no stationary law.
    """
    recursion_tail_index(step_size, batch_size, dimension)
    count, last = positive_integer("columns", columns), positive_integer("steps", steps)
    if not isinstance(shared, bool):
        fail("shared", "be true or false", shared)
    generator = np.random.default_rng(non_negative_integer("seed", seed))
    size = step_size / batch_size
    vectors, _ = _vectors(generator, size, batch_size, (count, dimension), last, shared=shared)
    return np.ascontiguousarray(vectors.T)


def _check(step_size: Any, batch_size: Any, dimension: Any, input_variance: Any, noise: Any) -> None:
    for name, value in (("step_size", step_size), ("input_variance", input_variance), ("noise", noise)):
        positive(name, value)
    for name, value in (("batch_size", batch_size), ("dimension", dimension)):
        positive_integer(name, value)


def _index(step_size: float, batch_size: int, dimension: int, input_variance: float) -> tuple[float, float]:
    """The tail index, or the growth rate where there is none; nan for the other."""
    try:
        return recursion_tail_index(step_size, batch_size, dimension, input_variance=input_variance), np.nan
    except DivergenceError as error:
        return np.nan, float("nan") if error.rate is None else error.rate


def _in_parts(run: Callable[[int], Array], count: int) -> Array:
    """Run the chains in parts that stay in the cache."""
    return np.concatenate([run(min(DRAWN, count - start)) for start in range(0, count, DRAWN)])


def _radial(generator: np.random.Generator, size: float, batch: int, shape: tuple[int, int], steps: int) -> Array:
    """Norms after the last step; inputs and noise of variance 1."""
    chains, dimension = shape
    squares = np.zeros(chains)
    for _ in range(steps):
        norms = np.sqrt(squares)
        across = _chi2(generator, batch, chains)
        root, along = np.sqrt(across), generator.standard_normal(chains)
        left = norms * root - along
        squares = (norms - size * root * left) ** 2
        if dimension > 1:
            left *= left
            if batch > 1:
                left += _chi2(generator, batch - 1, chains)
            squares += size**2 * left * _chi2(generator, dimension - 1, chains)
        np.minimum(squares, CAP**2, out=squares)
    return np.sqrt(squares)


def _chi2(generator: np.random.Generator, freedom: int, count: int) -> Array:
    """Chi-squared numbers, by the cheapest way for few degrees of freedom."""
    if freedom == 1:
        return generator.standard_normal(count) ** 2
    if freedom == 2:
        return 2 * generator.standard_exponential(count)
    if freedom == 4:
        return 2 * generator.standard_exponential((2, count)).sum(0)
    return 2 * generator.standard_gamma(freedom / 2, count)


def _vectors(
    generator: np.random.Generator,
    size: float,
    batch: int,
    shape: tuple[int, int],
    steps: int,
    *,
    average: int = 0,
    shared: bool = False,
) -> tuple[Array, Array | None]:
    """Vectors after the last step, and the mean of the last ones; inputs and noise of variance 1."""
    chains, dimension = shape
    found, sums = np.zeros(shape), np.zeros(shape)
    for step in range(steps):
        inputs = generator.standard_normal((1 if shared else chains, batch, dimension))
        noise = generator.standard_normal((chains, batch))
        if shared:
            found -= size * ((found @ inputs[0].T - noise) @ inputs[0])
        else:
            left = np.einsum("cbd,cd->cb", inputs, found) - noise
            found -= size * np.einsum("cbd,cb->cd", inputs, left)
        np.clip(found, -CAP, CAP, out=found)
        if step >= steps - average:
            sums += found
    return found, sums / average if average else None
