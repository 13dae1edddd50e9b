"""The one table of settings: every argument of ``train`` but the task, as ``train``, ``budget`` and ``sweep`` read it.

A new setting is a line here, an argument of ``train`` with its line in the docstring, a field of ``Plan``, and whatever
reads that. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab._checks import fail, integer, number

#: It keeps a slip of the finger from filling the memory, as the largest values in the table do.
MOST_NETWORKS = 100_000


@dataclass(frozen=True)
class Setting:
    """One argument of ``train``.

    Parameters
    ----------
    name : str
    kind : str
        One of ``KINDS`` for a plain number or word; else a word for what it is, which is checked where it is used.
    default : object
        None stands for "as the task has it", or for nothing.
    meaning : str
        One line.
    bounds : str, optional
        One of ``BOUNDS``: what a number must, in the words of the sentence that says so.
    most : int, optional
        The largest value.
    words : tuple of str
        All values of a word.
    by_network : bool
        Whether each network of a stack may have a value of its own.
    swept : bool
        Whether the grid of a sweep can hold it: plain values that say what is computed, and not where.
    function : bool
        Whether a function may stand in the place of a word; it is checked where it is used.
    """

    name: str
    kind: str
    default: Any
    meaning: str
    bounds: str = ""
    most: int | None = None
    words: tuple[str, ...] = ()
    by_network: bool = False
    swept: bool = True
    function: bool = False

    @property
    def plain(self) -> bool:
        """Whether the table says all about its values."""
        return self.kind in KINDS

    def typed(self, value: Any) -> Any:
        """One value in the canonical type of its kind, bounds not looked at: 1 and ``np.float64(1)`` are both 1.0."""
        return KINDS[self.kind](self.name, value)

    def checked(self, value: Any) -> Any:
        """The value in its canonical type and within its bounds; a list of these where each network has its own."""
        if self.function and callable(value):
            return value
        if self.by_network:
            value = value.tolist() if isinstance(value, np.ndarray) else value
            if isinstance(value, Sequence) and not isinstance(value, str | bytes):
                if not 0 < len(value) <= MOST_NETWORKS:
                    fail(self.name, f"hold from 1 to {MOST_NETWORKS} values", value)
                return [self._within(entry) for entry in value]
        return self._within(value)

    def _within(self, value: Any) -> Any:
        if self.words and not (isinstance(value, str) and value in self.words):
            fail(self.name, "be one of " + ", ".join(self.words) + ", or a function" * self.function, value)
        typed = self.typed(value)
        entries: Any = value if self.kind == "pair" else [value]
        for entry in entries:
            if self.bounds and not BOUNDS[self.bounds](entry):
                fail(self.name, self.bounds, entry)
            if self.most is not None and entry > self.most:
                fail(self.name, f"not exceed {self.most}", entry)
        return typed


def _float(name: str, value: Any) -> float:
    # Zero is added because minus zero is the same number, but another text in the key of a run.
    return number(name, value) + 0.0


def _pair(name: str, value: Any) -> tuple[float, float]:
    pair = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(pair, Sequence) or isinstance(pair, str | bytes) or len(pair) != 2:
        fail(name, "be two numbers", value)
    return _float(name, pair[0]), _float(name, pair[1])


def _word(name: str, value: Any) -> str:
    if not isinstance(value, str):
        fail(name, "be a word", value)
    return str(value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        fail(name, "be True or False", value)
    return bool(value)


#: From any value that stands for one of the kind to its canonical type; all others get one sentence.
KINDS: dict[str, Callable[[str, Any], Any]] = {
    "int": integer,
    "float": _float,
    "pair": _pair,
    "word": _word,
    "flag": _flag,
}
POSITIVE, NOT_NEGATIVE, BELOW_ONE = "be positive", "not be negative", "be at least 0 and below 1"
BOUNDS: dict[str, Callable[[float], bool]] = {
    POSITIVE: lambda value: value > 0,
    NOT_NEGATIVE: lambda value: value >= 0,
    BELOW_ONE: lambda value: 0 <= value < 1,
}
NETWORKS = ("perceptron", "convolution", "attention")

_TABLE = (
    Setting(
        "network",
        "word",
        "perceptron",
        "what is trained: a word, or a function that makes a module",
        words=NETWORKS,
        function=True,
    ),
    Setting("width", "int", 64, "units in each hidden layer", POSITIVE, by_network=True),
    Setting("depth", "int", 1, "hidden layers", POSITIVE, most=1000),
    Setting("activation", "word", "relu", "what a hidden unit computes from its sum", words=("relu", "tanh")),
    Setting("optimizer", "word", "sgd", "the rule of an update", words=("sgd", "momentum", "adam", "adamw")),
    Setting("step_size", "float", 0.2, "how far an update goes", POSITIVE, by_network=True),
    Setting("momentum", "float", 0.9, "how much of its speed an update keeps", BELOW_ONE),
    Setting("betas", "pair", (0.9, 0.999), "how much of its two moments Adam keeps", BELOW_ONE),
    Setting("weight_decay", "float", 0.0, "how strongly weights and biases are pulled to zero", NOT_NEGATIVE),
    Setting("batch_size", "int", 64, "examples in a batch", POSITIVE),
    Setting("steps", "int", 400, "updates", POSITIVE, most=10**9),
    Setting("start", "int", 0, "updates that count as made", NOT_NEGATIVE, swept=False),
    Setting("seed", "int", 0, "draws the initial weights and the order of the data", NOT_NEGATIVE, by_network=True),
    Setting("samples", "int", None, "training samples; None is all of the task", POSITIVE, by_network=True),
    Setting("resample", "flag", False, "whether each network draws its training samples"),
    Setting("labels", "arrays", None, "training labels in the place of the task's", by_network=True, swept=False),
    Setting("scaling", "word", "standard", "what a unit counts in the layer above", words=("standard", "mean-field")),
    Setting("schedule", "word", "constant", "the step size over time", words=("constant", "cosine")),
    Setting("embedding", "int", 12, "numbers into which each code is turned", POSITIVE, most=10**4),
    Setting("initial", "arrays", None, "weights and biases to begin with", by_network=True, swept=False),
    Setting("masks", "arrays", None, "which weights there are", by_network=True, swept=False),
    Setting("masses", "arrays", None, "how much each hidden unit counts", by_network=True, swept=False),
    Setting("mass_rule", "flag", True, "whether gradients are divided by masses"),
    Setting("penalty", "function", None, "what is added to the losses", swept=False),
    Setting("dtype", "word", "float32", "the precision", words=("float32", "float64")),
    Setting("device", "device", "cpu", "where networks are trained", swept=False),
    Setting("evaluations", "int", 100, "about how many steps are evaluated", POSITIVE, most=10**5),
)
#: All settings by name, in the order of the signature of ``train``.
SETTINGS = {setting.name: setting for setting in _TABLE}
DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
