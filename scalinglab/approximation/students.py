"""Networks with one hidden layer of tanh units as vectors of parameters: outputs, Jacobians, and what was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, array, fail
from scalinglab._results import ReadOnly, read_only

#: Weights and biases of one network: a pair for the hidden layer, a pair for the output.
Layers = tuple[tuple[Array, Array], ...]

#: Names of streams of random numbers, by which none is that of a teacher of the same seed: a student that was drawn
#: from the teacher's own numbers would have solved its task before it began.
STARTS, NEAR = 101, 102


def stream(seed: int, name: int) -> np.random.Generator:
    """A stream of random numbers of its own for each seed and name."""
    return np.random.default_rng(np.random.SeedSequence((seed, name)))


@dataclass(frozen=True)
class Students:
    """The shape of some networks, and what can be computed of their parameters.

    ``f(x) = v . tanh(W x + b) + c``. Parameters are a row for each network: W by rows, b, v, c.
    """

    inputs: int
    width: int

    @property
    def parameters(self) -> int:
        """Weights and biases: the number of unknowns."""
        return self.width * (self.inputs + 2) + 1

    def draw(self, count: int, seed: int) -> Array:
        """Draw networks, shape (count, parameters): weights of variance 1 / fan-in, biases 0."""
        rows = stream(seed, STARTS).standard_normal((count, self.parameters))
        ends = np.cumsum([self.inputs * self.width, self.width, self.width])
        rows[:, : ends[0]] /= np.sqrt(self.inputs)
        rows[:, ends[0] : ends[1]] = 0
        rows[:, ends[1] : ends[2]] /= np.sqrt(self.width)
        rows[:, -1] = 0
        return rows

    def gather(self, networks: Sequence[Layers]) -> Array:
        """Return layers as rows of parameters, after a check of their shapes."""
        wanted = [((self.width, self.inputs), (self.width,)), ((1, self.width), (1,))]
        rows = []
        for network in networks:
            shapes = [tuple(np.shape(part) for part in layer) for layer in network]
            if shapes != wanted:
                fail("initial", f"hold layers of the shapes {wanted}", shapes)
            rows.append(np.concatenate([np.ravel(part) for layer in network for part in layer]).astype(np.float64))
        if not rows or not np.isfinite(rows).all():
            fail("initial", "hold at least one network, all of it finite", networks)
        return np.stack(rows)

    def layers(self, row: Array) -> Layers:
        """One network as layers, of the shapes (outputs, inputs) and (outputs,); read-only."""
        weight, bias, output, shift = (part[0] for part in self._parts(row[None]))
        parts = (weight, bias, output[None], shift)
        return ((read_only(parts[0]), read_only(parts[1])), (read_only(parts[2]), read_only(parts[3])))

    def outputs(self, rows: Array, inputs: Array) -> Array:
        """Outputs of each network, shape (networks, samples)."""
        weight, bias, output, shift = self._parts(rows)
        hidden = _hidden(weight, bias, inputs)
        return (hidden @ output[..., None])[..., 0] + shift

    def linearized(self, rows: Array, inputs: Array) -> tuple[Array, Array]:
        """Outputs, and their derivatives by the parameters, shape (networks, samples, parameters)."""
        weight, bias, output, shift = self._parts(rows)
        hidden = _hidden(weight, bias, inputs)
        jacobian = np.empty((len(rows), len(inputs), self.parameters))
        slopes = (1 - hidden**2) * output[:, None]
        first, second = self.inputs * self.width, (self.inputs + 1) * self.width
        by_weight = jacobian[..., :first].reshape(len(rows), len(inputs), self.width, self.inputs)
        np.multiply(slopes[..., None], inputs[:, None], out=by_weight)
        jacobian[..., :first] = by_weight.reshape(len(rows), len(inputs), first)
        jacobian[..., first:second] = slopes
        jacobian[..., second:-1] = hidden
        jacobian[..., -1] = 1
        return (hidden @ output[..., None])[..., 0] + shift, jacobian

    def error(self, rows: Array, inputs: Array, labels: Array) -> Array:
        """Mean squared error in units of the variance of the labels, shape (networks,)."""
        return ((self.outputs(rows, inputs) - labels) ** 2).mean(1) / labels.var()

    def _parts(self, rows: Array) -> tuple[Array, Array, Array, Array]:
        first, width = self.inputs * self.width, self.width
        weight = rows[:, :first].reshape(-1, width, self.inputs)
        return weight, rows[:, first : first + width], rows[:, first + width : first + 2 * width], rows[:, -1:]


def _hidden(weight: Array, bias: Array, inputs: Array) -> Array:
    """Outputs of the hidden layer, shape (networks, samples, width), in one piece of memory."""
    sums = inputs @ weight.swapaxes(1, 2)
    sums += bias[:, None]
    return np.tanh(sums, out=sums)


@dataclass(frozen=True, eq=False, repr=False)
class NetworkFit(ReadOnly):
    """Networks that a second-order learner fitted from several starts, as they stand after some step.

    Attributes
    ----------
    shape : Students
    values : array, shape (starts, parameters)
        Read-only.
    samples : int
        How many the networks were fitted to.
    train_error : array, shape (steps + 1, starts)
        Mean squared error in units of the labels' variance, before the first step and after each; it never rises.
    test_error : array, shape (steps + 1, starts), or None
        The same on the test set, if one was given.
    """

    shape: Students
    values: Array
    samples: int
    train_error: Array
    test_error: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", self.values.copy())
        super().__post_init__()

    @property
    def parameters(self) -> int:
        """Unknowns: no learner can find them all from fewer samples."""
        return self.shape.parameters

    @property
    def best(self) -> int:
        """The start of least training error; the test set has no say."""
        return int(np.argmin(self.train_error[-1]))

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Which starts fit the samples to rounding (an error below 1e-25), shape (starts,)."""
        return self.train_error[-1] < 1e-25

    @property
    def determined(self) -> bool:
        """Whether there are as many samples as parameters, or more."""
        return self.samples >= self.parameters

    @property
    def multiply_adds(self) -> int:
        """Of one step of one start: J^T J, its factorization, and the pass that gives J."""
        count, size = self.samples, self.parameters
        return count * size**2 + size**3 // 3 + 2 * count * size

    def layers(self, start: int | None = None) -> Layers:
        """Weights and biases of one network, as ``train(initial=...)`` takes them; of the best if left out."""
        return self.shape.layers(self.values[self._start(start)])

    def predict(self, inputs: ArrayLike, start: int | None = None) -> Array:
        """Outputs of one network, shape (samples,); of the best if left out."""
        shape = f"have the shape (samples, {self.shape.inputs})"
        places = array("inputs", inputs, axes=2, shape=shape, finite=False)
        if places.shape[1] != self.shape.inputs:
            fail("inputs", shape, places.shape)
        number = self._start(start)
        return self.shape.outputs(self.values[number : number + 1], places)[0]

    def error(self, inputs: ArrayLike, labels: ArrayLike, start: int | None = None) -> float:
        """Mean squared error on other data, in units of the variance of the labels; of the best if left out."""
        answers = array("labels", labels, finite=False).ravel()
        outputs = self.predict(inputs, start)
        if outputs.shape != answers.shape:
            fail("labels", f"hold {len(outputs)} numbers, one for each input", answers.shape)
        return float(((outputs - answers) ** 2).mean() / answers.var())

    def condition(self, inputs: ArrayLike, start: int | None = None) -> float:
        """Largest over smallest singular value of the Jacobian at these inputs: how well they determine the parameters.

        Infinity with fewer inputs than parameters.
        """
        places = np.asarray(inputs, dtype=np.float64)
        self.predict(places[:1], start)
        if len(places) < self.parameters:
            return np.inf
        number = self._start(start)
        singular = np.linalg.svd(
            self.shape.linearized(self.values[number : number + 1], places)[1][0], compute_uv=False
        )
        return float(singular[0] / singular[-1]) if singular[-1] else np.inf

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each start and step.

        ``start``, ``step``, ``multiply_adds`` so far, ``train_error``, and ``test_error`` if it was measured.
        """
        names = ["train_error"] if self.test_error is None else ["train_error", "test_error"]
        histories = [getattr(self, name) for name in names]
        return [
            {"start": start, "step": step, "multiply_adds": step * self.multiply_adds}
            | {name: float(history[step, start]) for name, history in zip(names, histories, strict=True)}
            for start in range(len(self.values))
            for step in range(len(self.train_error))
        ]

    def _start(self, start: int | None) -> int:
        if start is None:
            return self.best
        if isinstance(start, bool) or not isinstance(start, int) or not 0 <= start < len(self.values):
            fail("start", f"be a whole number from 0 to {len(self.values) - 1}", start)
        return start

    def __repr__(self) -> str:
        best = self.train_error[-1].min()
        return (
            f"NetworkFit({len(self.values)} starts, {self.parameters} parameters, {self.samples} samples, "
            f"{int(self.solved.sum())} solved, training error {best:.1e})"
        )
