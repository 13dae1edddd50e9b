"""How often intervals hold the truth, over random designs: ``python -m tests.scaling_laws.coverage`` (minutes).

400 designs: one size or two, 2 to 8 sizes on an axis (3 to 8 of a single one), grids, parts of grids and lines; floors
of zero and above; noise of 0.1 to 20 %, even or growing along a size. Each is fitted to several draws of the noise.
A parameter counts where it is not flagged as undetermined. Options: ``--designs``, ``--draws``, ``--noise``,
``--bootstrap`` and ``--resampling``.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._errors import ConvergenceError
from scalinglab.scaling_laws import fit_compute, fit_joint, fit_power_law

Array = NDArray[np.float64]
NAMES = {
    "power law": ("amplitude", "exponent", "offset"),
    "joint": ("data_amplitude", "data_exponent", "model_amplitude", "model_exponent", "offset"),
    "compute": ("A", "alpha", "B", "beta", "E"),
}
ROLES, LAW = ("amplitude", "exponent"), "law at 4 x the sizes"


@dataclass(frozen=True)
class Design:
    """Sizes, a law, and its noise.

    Attributes
    ----------
    number : int
    kind, shape : str
        The law; and how its sizes lie: "axis", "grid", "part" (of a grid) or "line".
    sizes : list of array, shape (points,)
    truth : dict of str to float
    spread : array, shape (points,)
        Standard deviation of the logarithm of the error.
    growing : bool
        Whether the noise grows along the first size.
    chance : float or None
    """

    number: int
    kind: str
    shape: str
    sizes: list[Array]
    truth: dict[str, float]
    spread: Array
    growing: bool
    chance: float | None

    def law(self, *sizes: Array, noise: float | Array = 0.0) -> Array:
        """The error; the noise, in its logarithm, is under the envelope: near chance, errors scatter less."""
        *pairs, offset = self.truth.values()
        terms = zip(sizes, pairs[::2], pairs[1::2], strict=True)
        found = (offset + sum(amplitude * size**-exponent for size, amplitude, exponent in terms)) * np.exp(noise)
        return found if self.chance is None else found / np.hypot(1, found / self.chance)

    def fit(self, draw: int, *, order: NDArray[np.intp] | None = None, **options: object):
        """The law as it is fitted to one draw of the noise, with the points in their order or in another."""
        noise = self.spread * np.random.default_rng([self.number, draw]).standard_normal(len(self.spread))
        columns = [*self.sizes, self.law(*self.sizes, noise=noise)]
        *sizes, error = columns if order is None else [column[order] for column in columns]
        if self.kind == "compute":
            return fit_compute(*sizes, error, **options)
        fit = fit_power_law if self.kind == "power law" else fit_joint
        return fit(*sizes, error, chance=self.chance, **options)


def drawn(seed: int) -> Design:
    """One of the designs."""
    generator = np.random.default_rng([18, seed])
    kind = ("power law", "joint", "compute")[seed % 3]
    axes = 1 if kind == "power law" else 2
    counts = generator.integers(3 if axes == 1 else 2, 9, size=axes)
    lowest = {"power law": [30], "joint": [300, 8], "compute": [1e7, 1e9]}[kind]
    axis = [low * generator.uniform(2, 4) ** np.arange(count) for low, count in zip(lowest, counts, strict=True)]
    shape = "axis" if axes == 1 else ("grid", "part", "line")[generator.choice(3, p=[0.5, 0.3, 0.2])]
    if shape == "line":
        count = max(int(counts.max()), 6)
        sizes = [low * size ** np.arange(count) for low, size in zip(lowest, generator.uniform(2, 4, 2), strict=True)]
    else:
        sizes = [grid.ravel() for grid in np.meshgrid(*axis)]
    if shape == "part":
        keep = generator.random(len(sizes[0])) < 0.6
        keep[generator.choice(len(keep), min(len(keep), 6), replace=False)] = True
        keep |= len(keep) < 8
        sizes = [size[keep] for size in sizes]
        if min(len(np.unique(size)) for size in sizes) < 2:
            return drawn(seed + 1000)
    repeats = max(1, -(-6 // len(sizes[0])))
    sizes = [np.tile(size, repeats) for size in sizes]
    exponents, truth = generator.uniform(0.2, 1.0, axes), {}
    names = NAMES[kind]
    for place, size in enumerate(sizes):
        # Terms are of one order of magnitude at the middle of the sizes.
        middle = generator.uniform(0.05, 0.3) * np.exp(exponents[place] * np.log(size).mean())
        truth |= {names[2 * place]: float(middle), names[2 * place + 1]: float(exponents[place])}
    left = min(truth[names[2 * p]] * size.max() ** -exponents[p] for p, size in enumerate(sizes))
    truth[names[-1]] = float(left * np.exp(generator.uniform(-1, 2))) if generator.random() < 0.6 else 0.0
    noise, growing = float(np.exp(generator.uniform(np.log(0.001), np.log(0.2)))), bool(generator.random() < 0.5)
    place = (np.log(sizes[0]) - np.log(sizes[0]).min()) / np.ptp(np.log(sizes[0]))
    spread = noise * (8.0 ** (place - 1) if growing else np.ones_like(place))
    chance = None if kind == "compute" or generator.random() < 0.5 else 0.9
    return Design(seed, kind, shape, sizes, truth, spread, growing, chance)


def judged(design: Design, law: Any) -> dict[str, list[bool]]:
    """Of each parameter and of the law at four times the largest sizes: flagged, covered, beyond 5 standard errors."""
    found = {}
    for place, (name, value) in enumerate(design.truth.items()):
        fitted, (low, high), flagged = law.parameters[name], law.intervals[name], name in law.undetermined
        # The standard error of an amplitude is that of its logarithm: its size at 1 is far from all sizes.
        logarithmic = name != list(design.truth)[-1] and place % 2 == 0
        off = abs(np.log(fitted / value)) * fitted if logarithmic else abs(fitted - value)
        found[name] = [flagged, low <= value <= high, not flagged and off > 5 * law.standard_errors[name]]
    places = [np.array([4 * size.max()]) for size in design.sizes]
    low, high = law.interval(*places)
    covers = bool(((low <= design.law(*places)) & (design.law(*places) <= high)).all())
    return found | {LAW: [bool(law.undetermined), covers, False]}


def table(designs: int, draws: int, **options: object) -> None:
    """Print how often unflagged intervals cover, what share is flagged, and how far the truth is off."""
    count: dict[tuple[str, str], Array] = defaultdict(lambda: np.zeros(5))
    began, failed, far = time.perf_counter(), 0, []
    for number, draw in itertools.product(range(designs), range(draws)):
        design = drawn(number)
        try:
            law = design.fit(draw, **options)
        except ConvergenceError:
            failed += 1
            continue
        noise, level = ("growing" if design.growing else "even"), float(design.spread.max())
        strength = "noise 5 to 20 %" if level > 0.05 else "noise 1 to 5 %" if level > 0.01 else "noise .1 to 1 %"
        for place, (name, (flagged, covers, beyond)) in enumerate(judged(design, law).items()):
            role = name if name == LAW else "offset" if name == NAMES[design.kind][-1] else ROLES[place % 2]
            if beyond:
                far.append(f"design {number}, draw {draw}: {name} of {law}, truth {design.truth[name]:.4g}")
            for group in ("all", noise, strength, design.shape):
                for row in (role, "any parameter")[: 1 if role == LAW else 2]:
                    count[row, group] += np.array([1, flagged, covers and not flagged, covers, beyond])
    print(f"{designs} designs, {draws} draws each, {time.perf_counter() - began:.0f} s; {failed} did not converge")
    print(f"{'':<40}{'fits':>6}{'flagged':>9}{'covered: unflagged':>20}{'all':>7}{'beyond 5 s.e.':>15}")
    for (role, group), (fits, flagged, covered, everything, beyond) in sorted(count.items()):
        rest = max(fits - flagged, 1)
        shares = f"{flagged / fits:9.2f}{covered / rest:20.3f}{everything / fits:7.3f}{beyond / rest:15.4f}"
        print(f"{f'{role}, {group}':<40}{fits:6.0f}{shares}")
    print("\n".join(far))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--designs", type=int, default=400)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--noise", choices=("even", "uneven"))
    parser.add_argument("--bootstrap", type=int)
    parser.add_argument("--resampling", choices=("pairs", "residuals"))
    table(**{name: value for name, value in vars(parser.parse_args()).items() if value is not None})
