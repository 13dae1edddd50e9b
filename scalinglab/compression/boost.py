"""Scaling laws in the size of a compressed data set: what happens to the exponent of a student that is solved exactly.

A teacher of 50 hidden units labels points in the unit square's neighbourhood, with much noise. The student is a ridge
regression on 100 random tanh features: its best fit to any weighted data set has a closed form, so that there is
nothing in its error but the data.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import (
    Array,
    fail,
    in_range,
    non_negative,
    non_negative_integer,
    one_of,
    positive,
    positive_integer,
)
from scalinglab._results import finish, read_only, records
from scalinglab.compression.data_sets import compress_dataset

METHODS = ("all", "random", "compressed")
#: Objects, how many of them are left, and by method the risk of each seed.
Point = tuple[int, int, dict[str, Any]]
#: Of a student: means of products of its features, and of features and labels.
Normal = tuple[Array, Array]
#: A data set: samples, noise, teacher and seed of ``noisy_teacher``.
Drawn = tuple[int, float, str, int]
FEATURES, HIDDEN, TESTS = 100, 50, 2000
#: Examples whose features are worked out at once: 7 MB, however large the data set is.
BLOCK = 8192


def noisy_teacher(samples: int, *, noise: float = 3.0, teacher: str = "tanh", seed: int = 0) -> tuple[Array, Array]:
    """Points that are uniform in [-1, 1]^2, and a teacher's labels with normal noise: (samples, 2) and (samples,).

    The teacher is a network 2-50-1 with weights and biases that are uniform in [-1, 1], the same for all seeds.

    Parameters
    ----------
    samples : int
    noise : float
        Standard deviation.
    teacher : {"tanh", "relu"}
    seed : int
        Of points and noise.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    samples, noise, teacher, seed = _checked_teacher(samples, noise, teacher, seed)
    generator = np.random.default_rng(seed)
    inputs = generator.uniform(-1, 1, size=(samples, 2))
    return inputs, _teach(inputs, teacher) + noise * generator.standard_normal(samples)


def _checked_teacher(samples: int, noise: float, teacher: str, seed: int) -> Drawn:
    checked = positive_integer("samples", samples), non_negative("noise", noise)
    return *checked, one_of("teacher", teacher, ("tanh", "relu")), non_negative_integer("seed", seed)


def _teach(inputs: Array, teacher: str) -> Array:
    draw = np.random.default_rng(2025).uniform(-1, 1, size=(HIDDEN, 4))
    bent = np.tanh if teacher == "tanh" else lambda hidden: hidden.clip(0)
    parts = [bent(inputs[some] @ draw[:, :2].T + draw[:, 2]) @ draw[:, 3] for some in _blocks(len(inputs))]
    return np.concatenate(parts)


def _blocks(count: int) -> list[slice]:
    return [slice(first, first + BLOCK) for first in range(0, count, BLOCK)]


def _features(inputs: Array) -> Array:
    draw = np.random.default_rng(510).uniform(-1, 1, size=(FEATURES, 3))
    features = np.ones((len(inputs), FEATURES + 1))
    np.tanh(2 * (inputs @ draw[:, :2].T + draw[:, 2]), out=features[:, :-1])
    return features


@functools.cache
def _fresh(teacher: str) -> tuple[Array, Array]:
    """Features of points that no data set has, the same for every student, and what the teacher says of them."""
    inputs = np.random.default_rng(99).uniform(-1, 1, size=(TESTS, 2))
    return read_only(_features(inputs)), read_only(_teach(inputs, teacher))


def _normal(inputs: Array, labels: Array, weights: Array) -> Normal:
    """The normal equations of the student on a weighted data set, in units of the total weight, without the ridge."""
    shares = weights / weights.sum()
    gram, right = np.zeros((FEATURES + 1, FEATURES + 1)), np.zeros(FEATURES + 1)
    for some in _blocks(len(inputs)):
        features = _features(inputs[some])
        gram += features.T @ (features * shares[some, None])
        right += features.T @ (shares[some] * labels[some])
    return read_only(gram), read_only(right)


def _risk(normal: Normal, teacher: str, ridge: float) -> float:
    """Mean squared distance from the teacher, on fresh points, of the student that solves these equations."""
    gram, right = normal
    found = np.linalg.solve(gram + ridge * np.eye(len(right)), right)
    features, answers = _fresh(teacher)
    return float(np.mean((features @ found - answers) ** 2))


@functools.lru_cache(maxsize=1)
def _examples(about: Drawn) -> tuple[Array, Array]:
    samples, noise, teacher, seed = about
    inputs, labels = noisy_teacher(samples, noise=noise, teacher=teacher, seed=seed)
    return read_only(inputs), read_only(labels)


@functools.lru_cache(maxsize=64)  # 5 MB
def _normal_of_all(about: Drawn) -> Normal:
    """``_normal`` of a whole data set: the same however few are kept, and of a large one most of the work."""
    inputs, labels = _examples(about)
    return _normal(inputs, labels, np.ones(len(inputs)))


@functools.lru_cache(maxsize=64)  # 10 MB
def _normals_of_few(about: Drawn, size: int, order: int | None) -> tuple[int, Normal, Normal]:
    """How many examples are left, and ``_normal`` of as many random ones and of these: the same at every ridge."""
    inputs, labels = _examples(about)
    few = compress_dataset(inputs, labels, size, order)
    chosen = slice(len(few))  # the first ones, as good as random
    random = _normal(inputs[chosen], labels[chosen], np.ones(len(few)))
    return len(few), random, _normal(few.inputs, few.labels, few.weights)


def data_risk(
    samples: int,
    size: int,
    order: int | None = None,
    *,
    noise: float = 3.0,
    teacher: str = "tanh",
    ridge: float = 1e-6,
    seed: int = 0,
) -> dict[str, float]:
    """Error of the student on all of a data set, on as many random examples as are kept, and on a compressed set.

    Parameters
    ----------
    samples, size, order
        Examples, and to how many, keeping which order, they are compressed (see ``compress_dataset``).
    noise, teacher, seed
        See ``noisy_teacher``.
    ridge : float
        Of the student, in units of the total weight: the default hardly biases it.

    Returns
    -------
    dict
        ``all``, ``random`` and ``compressed``: mean squared distances from the teacher; ``kept``: examples that are
        left.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    ridge, about = positive("ridge", ridge), _checked_teacher(samples, noise, teacher, seed)
    least = None if order is None else non_negative_integer("order", order)
    kept, random, compressed = _normals_of_few(about, positive_integer("size", size), least)
    normals = {"all": _normal_of_all(about), "random": random, "compressed": compressed}
    return {name: _risk(normal, teacher, ridge) for name, normal in normals.items()} | {"kept": float(kept)}


@dataclass(frozen=True, eq=False, repr=False)
class Boost:
    """Errors against the number of objects (examples, neurons) that are used; arrays are read-only.

    Attributes
    ----------
    objects : array of int, shape (sizes,)
        How many there are.
    kept : array of int, shape (sizes,)
        How many are left.
    risk : dict of str to array, shape (sizes, seeds)
        By method: "all", "random", "compressed".
    """

    objects: NDArray[np.int64]
    kept: NDArray[np.int64]
    risk: dict[str, Array]

    def __post_init__(self) -> None:
        for each in (self.objects, self.kept, *self.risk.values()):
            read_only(each)

    def sizes(self, method: str) -> NDArray[np.int64]:
        """Objects that a method uses, (sizes,)."""
        return self.objects if one_of("method", method, METHODS) == "all" else self.kept

    def exponent(self, method: str) -> float:
        """How fast the mean error falls with the objects that are used: minus the log-log slope.

        Raises
        ------
        ValueError
            If there is no such method, or it has used but one size so far.
        """
        sizes = self.sizes(method)
        if len(np.unique(sizes)) < 2:
            fail("sizes", "be two different ones at least", sizes.tolist())
        return _exponent(sizes, self.risk[method])

    def uncertainty(self, method: str) -> float:
        """Standard error of the exponent, by leaving out one seed at a time (jackknife); nan of a single seed.

        Raises
        ------
        ValueError
            As ``exponent`` does.
        """
        self.exponent(method)
        sizes, risks = self.sizes(method), self.risk[method]
        count = risks.shape[1]
        without = [_exponent(sizes, np.delete(risks, seed, axis=1)) for seed in range(count)] if count > 1 else [np.nan]
        return float(np.sqrt(count - 1) * np.std(without))

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each method and size: ``objects``, the ``size`` used, mean ``risk`` and its ``error``."""
        rows = []
        for method, risks in self.risk.items():
            error = risks.std(1, ddof=1) / np.sqrt(risks.shape[1]) if risks.shape[1] > 1 else np.zeros(len(risks))
            columns = {"objects": self.objects, "size": self.sizes(method), "risk": risks.mean(1), "error": error}
            rows += records(columns, method=method)
        return rows

    def seeds(self) -> list[dict[str, Any]]:
        """Return a record for each size and seed: ``objects``, ``kept``, ``seed``, and the risk by each method."""
        return [
            {"objects": objects, "kept": kept, "seed": seed}
            | {method: float(risks[place, seed]) for method, risks in self.risk.items()}
            for place, (objects, kept) in enumerate(zip(self.objects.tolist(), self.kept.tolist(), strict=True))
            for seed in range(self.risk["all"].shape[1])
        ]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Boost:
        """What such records tell, of all seeds at each size: those of the table ``width_spread``, say."""
        sizes: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
        for row in rows:
            sizes.setdefault((row["objects"], row["kept"]), []).append(row)
        objects, kept = np.array(list(sizes)).T
        risk = {method: np.array([[row[method] for row in size] for size in sizes.values()]) for method in METHODS}
        return cls(objects, kept, risk)

    def __repr__(self) -> str:
        if len(self.objects) < 2:
            return f"Boost({len(self.objects)} sizes)"
        return (
            f"Boost({len(self.objects)} sizes, exponents {', '.join(f'{m} {self.exponent(m):.2f}' for m in METHODS)})"
        )


def _exponent(sizes: NDArray[np.int64], risks: Array) -> float:
    """Minus the log-log slope of the mean over seeds."""
    return float(-np.polyfit(np.log(sizes), np.log(risks.mean(1)), 1)[0])


def boosting(
    samples: Sequence[int],
    sizes: Sequence[int],
    orders: Sequence[int | None] | int | None = None,
    *,
    seeds: int = 3,
    **settings: Any,
) -> Iterator[Boost]:
    """Yield a ``Boost`` after each of the sizes, over several seeds; see ``boost``."""
    counts = [positive_integer("samples", count) for count in samples]
    each = [orders] * len(counts) if orders is None or isinstance(orders, int) else list(orders)
    if not counts or len(sizes) != len(counts) or len(each) != len(counts):
        fail("sizes", f"be as many as samples, {len(counts)} (at least one), and so orders", len(sizes))
    positive_integer("seeds", seeds)
    return grown(_risks(*point, seeds, settings) for point in zip(counts, sizes, each, strict=True))


def _risks(count: int, size: int, order: int | None, seeds: int, settings: dict[str, Any]) -> Point:
    found = [data_risk(count, size, order, seed=seed, **settings) for seed in range(seeds)]
    kept = int(np.median([one["kept"] for one in found]))
    return count, kept, {method: [one[method] for one in found] for method in METHODS}


def grown(points: Iterable[Point]) -> Iterator[Boost]:
    """A ``Boost`` after each of the points."""
    objects, kept, risks = [], [], {method: [] for method in METHODS}
    for count, left, found in points:
        objects.append(count)
        kept.append(left)
        for method, column in risks.items():
            column.append(found[method])
        columns = {method: np.array(column) for method, column in risks.items()}
        yield Boost(np.array(objects), np.array(kept), columns)


def boost(
    samples: Sequence[int],
    *,
    share: float = 0.5,
    factor: float = 16.0,
    order: int = 6,
    seeds: int = 3,
    **settings: Any,
) -> Boost:
    """Compress data sets of several sizes d to d' = factor * d^share examples, and measure the student's errors.

    If the error falls like d^-a, that of a compressed set falls like d'^(-a / share), as long as compression costs
    nothing [Wang2025] section 5.

    Parameters
    ----------
    samples : sequence of int
        The sizes d.
    share, factor : float
        From 0 to 1; positive.
    order : int
        Moments that are kept, see ``compress_dataset``.
    seeds : int
        Data sets of each size.
    **settings
        ``noise``, ``teacher`` and ``ridge``, see ``data_risk``.

    Raises
    ------
    ValueError
        If an argument is out of range, or d' is less than the number of moments.
    """
    in_range("share", share, 0, 1)
    positive("factor", factor)
    return finish(
        boosting(samples, [round(factor * count**share) for count in samples], order, seeds=seeds, **settings)
    )
