"""What a network is asked to learn: inputs, labels and a clean test set, as read-only arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, positive_integer, same_length

__all__ = ["Task"]


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """A classification task.

    The order of the training examples matters: a network that is trained on ``samples=n`` sees the first ``n``.
    Tasks compare and hash by identity, so a cache can be keyed by them.

    Parameters
    ----------
    name : str
        For captions and rows.
    train_inputs : array, shape (samples, inputs)
        Real and finite; kept as a read-only float64 copy.
    train_labels : array, shape (samples,)
        Whole numbers from 0 to ``classes - 1``.
    test_inputs : array, shape (test samples, inputs)
    test_labels : array, shape (test samples,)
    classes : int
        At least 2.

    Raises
    ------
    ValueError
        If a shape, a length or a label does not fit.

    Examples
    --------
    >>> corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> Task("xor", corners, [0, 1, 1, 0], corners, [0, 1, 1, 0], classes=2)
    Task('xor', 4 training and 4 test samples, 2 inputs, 2 classes)
    """

    name: str
    train_inputs: NDArray[np.float64]
    train_labels: NDArray[np.int64]
    test_inputs: NDArray[np.float64]
    test_labels: NDArray[np.int64]
    classes: int

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            fail("name", "be text", self.name)
        classes = positive_integer("classes", self.classes)
        if classes < 2:
            fail("classes", "be at least 2", classes)
        settled: dict[str, Any] = {"classes": classes}
        for part in ("train", "test"):
            inputs = _matrix(f"{part}_inputs", getattr(self, f"{part}_inputs"))
            labels = _labels(f"{part}_labels", getattr(self, f"{part}_labels"), classes)
            same_length(**{f"{part}_inputs": inputs, f"{part}_labels": labels})
            settled |= {f"{part}_inputs": inputs, f"{part}_labels": labels}
        if settled["train_inputs"].shape[1] != settled["test_inputs"].shape[1]:
            fail("test_inputs", "have as many columns as train_inputs", settled["test_inputs"].shape)
        for field, value in settled.items():
            object.__setattr__(self, field, value)

    @property
    def samples(self) -> int:
        """Number of training examples."""
        return len(self.train_labels)

    @property
    def inputs(self) -> int:
        """Number of inputs of a network."""
        return self.train_inputs.shape[1]

    @property
    def chance_error(self) -> float:
        """Test error of a guess among all classes at random: ``1 - 1 / classes``."""
        return 1.0 - 1.0 / self.classes

    def __repr__(self) -> str:
        return (
            f"Task({self.name!r}, {self.samples} training and {len(self.test_labels)} test samples, "
            f"{self.inputs} inputs, {self.classes} classes)"
        )


def _matrix(name: str, value: Any) -> NDArray[np.float64]:
    """Return a read-only float64 copy of a finite table with at least one row and one column."""
    try:
        table = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        fail(name, "be a table of numbers", value)
    if table.ndim != 2 or not table.size:
        fail(name, "have the shape (samples, inputs)", table.shape)
    if not np.isfinite(table).all():
        fail(name, "be finite", f"{np.count_nonzero(~np.isfinite(table))} entries that are not")
    table.setflags(write=False)
    return table


def _labels(name: str, value: Any, classes: int) -> NDArray[np.int64]:
    """Return a read-only int64 copy of labels that are whole numbers below ``classes``."""
    try:
        given = np.asarray(value)
    except ValueError:
        fail(name, "be a list of whole numbers", value)
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        fail(name, "be a list of whole numbers", value)
    if given.size and (given.min() < 0 or given.max() >= classes):
        fail(name, f"be from 0 to {classes - 1}", int(given.min() if given.min() < 0 else given.max()))
    labels = given.astype(np.int64)
    labels.setflags(write=False)
    return labels
