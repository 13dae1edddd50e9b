"""What a network is asked to learn: inputs, labels and a clean test set, as read-only arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, positive_integer, same_length


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """A classification or a regression.

    The order of the training examples matters: a network that is trained on ``samples=n`` sees the first ``n``.
    Tasks compare and hash by identity, so a cache can be keyed by them.

    Parameters
    ----------
    name : str
        For captions and rows.
    train_inputs : array, shape (samples, inputs)
        Real and finite. Kept as a read-only copy: float32 stays float32, all other numbers become float64. If there
        is a ``vocabulary``: codes, kept as int64.
    train_labels : array, shape (samples,)
        Whole numbers from 0 to ``classes - 1``, kept as int64. In a regression: real, of the shape (samples, outputs)
        or (samples,), kept as float64 of the shape (samples, outputs).
    test_inputs : array, shape (test samples, inputs)
    test_labels : array, shape (test samples,) or (test samples, outputs)
        In a regression they must not all be the same: errors are measured in units of their variance.
    classes : int or None
        At least 2; None stands for a regression.
    validation_inputs, validation_labels : array or None
        A third set, to choose settings by without touching the test set; both or neither.
    vocabulary : int or None
        If given, inputs are whole-number codes from 0 to ``vocabulary - 1``, which a network embeds.
    recipe : mapping or None
        How a factory made the task: its name and all options, as in ``catalogue``.
    logit : bool
        For two classes: whether a network has one output only, the logit of class 1, and learns by the logistic loss.
    train_weights : array, shape (samples,), or None
        How much each training example counts, positive. A batch that is smaller than all of them is then drawn with
        replacement, in proportion to the weights, so that its plain mean is that of the weighted set.

    Raises
    ------
    ValueError
        If a shape, a length or a label does not fit.

    Examples
    --------
    >>> corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> Task("xor", corners, [0, 1, 1, 0], corners, [0, 1, 1, 0], classes=2)
    Task('xor', 4 training and 4 test samples, 2 inputs, 2 classes)
    >>> Task("product", corners, [0.0, 0.0, 0.0, 1.0], corners, [0.0, 0.0, 0.0, 1.0], classes=None)
    Task('product', 4 training and 4 test samples, 2 inputs, 1 output)
    """

    name: str
    train_inputs: NDArray[Any]
    train_labels: NDArray[Any]
    test_inputs: NDArray[Any]
    test_labels: NDArray[Any]
    classes: int | None
    validation_inputs: NDArray[Any] | None = None
    validation_labels: NDArray[Any] | None = None
    vocabulary: int | None = None
    recipe: Mapping[str, Any] | None = None
    train_weights: NDArray[np.float64] | None = None
    logit: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            fail("name", "be text", self.name)
        if self.recipe is not None and not isinstance(self.recipe, Mapping):
            fail("recipe", "be a mapping", self.recipe)
        if (self.validation_inputs is None) != (self.validation_labels is None):
            fail("validation_inputs and validation_labels", "be given together", "one of them")
        classes, vocabulary = _at_least_two("classes", self.classes), _at_least_two("vocabulary", self.vocabulary)
        if not isinstance(self.logit, bool) or (self.logit and classes != 2):
            fail("logit", "be False, or True for two classes", self.logit)
        settled: dict[str, Any] = {"classes": classes, "vocabulary": vocabulary}
        for part in ("train", "test", "validation"):
            inputs, labels = getattr(self, f"{part}_inputs"), getattr(self, f"{part}_labels")
            if part != "validation" or inputs is not None:
                settled |= _examples(part, inputs, labels, classes, vocabulary)
        for name in ("test_inputs", "validation_inputs", "test_labels", "validation_labels"):
            like = "train_" + name.rpartition("_")[2]
            if name in settled and settled[name].shape[1:] != settled[like].shape[1:]:
                fail(name, f"have as many columns as {like}", settled[name].shape)
        if classes is None and not 0.0 < _variance(settled["test_labels"]) < math.inf:
            fail("test_labels", "have a variance above zero that is finite", _variance(settled["test_labels"]))
        if self.train_weights is not None:
            settled["train_weights"] = _weights(self.train_weights, len(settled["train_labels"]))
        if self.recipe is not None:
            settled["recipe"] = MappingProxyType(dict(self.recipe))
        for field, value in settled.items():
            object.__setattr__(self, field, value)

    def __reduce__(self) -> tuple[Any, ...]:
        # A process that is sent a task makes it anew, with arrays that are read-only there, too.
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return Task, tuple((values | {"recipe": None if self.recipe is None else dict(self.recipe)}).values())

    @property
    def samples(self) -> int:
        """Number of training examples."""
        return len(self.train_labels)

    @property
    def inputs(self) -> int:
        """Number of columns of the inputs."""
        return self.train_inputs.shape[1]

    @property
    def outputs(self) -> int:
        """Number of outputs of a network: the classes (one for a logit), or the columns of a regression's labels."""
        if self.classes is None:
            return self.train_labels.shape[1]
        return 1 if self.logit else self.classes

    @property
    def loss(self) -> str:
        """What is minimised: "cross_entropy", "logistic" if there is one logit or, in a regression, "squared"."""
        if self.classes is None:
            return "squared"
        return "logistic" if self.logit else "cross_entropy"

    @property
    def chance_loss(self) -> float:
        """Test loss of those who do not look at the inputs.

        ``log(classes)``, of equal probabilities. In a regression the variance of the test labels, averaged over the
        outputs: the mean squared error of a constant, the best there is, and the unit of errors.
        """
        return _variance(self.test_labels) if self.classes is None else math.log(self.classes)

    def __repr__(self) -> str:
        sets = [f"{self.samples} training"]
        if self.validation_labels is not None:
            sets.append(f"{len(self.validation_labels)} validation")
        inputs = f"{self.inputs} input{'s' * (self.inputs > 1)}"
        outputs = f"{self.classes} classes" if self.classes else f"{self.outputs} output{'s' * (self.outputs > 1)}"
        return f"Task({self.name!r}, {', '.join(sets)} and {len(self.test_labels)} test samples, {inputs}, {outputs})"


def own_labels(task: Task, labels: Any) -> NDArray[Any]:
    """Check training labels that networks have each for itself, in the place of the task's.

    Returns
    -------
    array, shape (networks, samples) of int64 or (networks, samples, outputs) of float64
        Read-only.

    Raises
    ------
    ValueError
        If a label is not one that the task could have, or the shape is another.
    """
    if task.classes is not None:
        found = _whole("labels", "table", labels, task.classes)
    else:
        found = _real("labels", "table", labels)
        found = found[..., None] if found.ndim == 2 and task.outputs == 1 else found
        found = _finite("labels", found)
    if found.shape[1:] != task.train_labels.shape or not len(found):
        fail("labels", f"have the shape (networks, {str(task.train_labels.shape)[1:]}", found.shape)
    return found


def _at_least_two(name: str, value: Any) -> int | None:
    if value is not None and positive_integer(name, value) < 2:
        fail(name, "be at least 2", value)
    return None if value is None else int(value)


def _examples(
    part: str, inputs: Any, labels: Any, classes: int | None, vocabulary: int | None
) -> dict[str, NDArray[Any]]:
    """Check and copy the inputs and labels of one of the sets."""
    names = f"{part}_inputs", f"{part}_labels"
    table = _matrix(names[0], inputs) if vocabulary is None else _codes(names[0], inputs, vocabulary)
    answers = _targets(names[1], labels) if classes is None else _labels(names[1], labels, classes)
    settled = dict(zip(names, (table, answers), strict=True))
    same_length(**settled)
    return settled


def _matrix(name: str, value: Any) -> NDArray[Any]:
    """Return a read-only copy of a finite table with at least one row and one column, float64 unless float32."""
    dtype = np.float32 if isinstance(value, np.ndarray) and value.dtype == np.float32 else np.float64
    table = _real(name, "table", value, dtype)
    if table.ndim != 2 or not table.size:
        fail(name, "have the shape (samples, inputs)", table.shape)
    return _finite(name, table)


def _codes(name: str, value: Any, vocabulary: int) -> NDArray[np.int64]:
    """Return a read-only int64 copy of a table of whole numbers below ``vocabulary``."""
    codes = _whole(name, "table", value, vocabulary)
    if codes.ndim != 2 or not codes.size:
        fail(name, "have the shape (samples, inputs)", codes.shape)
    return codes


def _labels(name: str, value: Any, classes: int) -> NDArray[np.int64]:
    """Return a read-only int64 copy of a list of whole numbers below ``classes``."""
    labels = _whole(name, "list", value, classes)
    if labels.ndim != 1:
        fail(name, "be a list of whole numbers", value)
    return labels


def _targets(name: str, value: Any) -> NDArray[np.float64]:
    """Return a read-only float64 copy of the labels of a regression, as a table with a column for each output."""
    targets = _real(name, "table", value)
    if targets.ndim not in (1, 2) or not targets.size:
        fail(name, "have the shape (samples, outputs) or (samples,)", targets.shape)
    return _finite(name, targets.reshape(len(targets), -1))


def _weights(value: Any, samples: int) -> NDArray[np.float64]:
    """Return a read-only float64 copy of positive weights, one for each training example."""
    weights = _real("train_weights", "list", value)
    if weights.shape != (samples,):
        fail("train_weights", f"be {samples} numbers, one for each training example", weights.shape)
    if not (_finite("train_weights", weights) > 0).all():
        fail("train_weights", "be positive", float(weights.min()))
    return weights


def _real(name: str, shape: str, value: Any, dtype: type[np.floating] = np.float64) -> NDArray[Any]:
    """Return a copy of real numbers in any arrangement."""
    try:
        return np.array(value, dtype=dtype)
    except (TypeError, ValueError):
        fail(name, f"be a {shape} of numbers", value)


def _whole(name: str, shape: str, value: Any, limit: int) -> NDArray[np.int64]:
    """Return a read-only int64 copy of whole numbers from 0 to below ``limit``."""
    try:
        given = np.asarray(value)
    except ValueError:
        fail(name, f"be a {shape} of whole numbers", value)
    if not np.issubdtype(given.dtype, np.integer):
        fail(name, f"be a {shape} of whole numbers", value)
    if given.size and (given.min() < 0 or given.max() >= limit):
        fail(name, f"be from 0 to {limit - 1}", int(given.min() if given.min() < 0 else given.max()))
    whole = given.astype(np.int64)
    whole.setflags(write=False)
    return whole


def _finite(name: str, table: NDArray[Any]) -> NDArray[Any]:
    """Return the table, made read-only, if all of it is finite."""
    finite = np.isfinite(table)
    if not finite.all():
        fail(name, "be finite", f"{np.count_nonzero(~finite)} entries that are not")
    table.setflags(write=False)
    return table


def _variance(targets: NDArray[np.float64]) -> float:
    """Variance of each column, averaged over the columns; infinite if it is too large for a float."""
    with np.errstate(over="ignore", invalid="ignore"):
        variance = float(targets.var(axis=0).mean())
    return math.inf if math.isnan(variance) else variance
