"""The wording of every ``ValueError``: ``width must be positive, got -3``.

Each check names the argument, the condition and the value, and returns the value in its canonical type,
so that a public door reads ``width = positive_integer("width", width)``. Inner functions trust their callers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sized
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Item = TypeVar("Item")
#: What ``array`` returns, and theory computes with. (A name in quotes: the command line does without numpy.)
Array: TypeAlias = "NDArray[np.float64]"


def fail(name: str, condition: str, value: object) -> NoReturn:
    """Raise the one sentence that all checks share, with the value cut to a readable length."""
    shown = re.sub(r"\s*\n\s*", " ", repr(value))  # an array's lines as one
    if len(shown) > 80:
        shown = shown[:77] + "..."
    raise ValueError(f"{name} must {condition}, got {shown}")


def number(name: str, value: Any) -> float:
    """A real, finite number as ``float``; text, booleans, nan and infinities are refused."""
    if isinstance(value, bool) or not isinstance(value, Real) or not _is_finite(value):
        fail(name, "be a finite number", value)
    return float(value)


def _is_finite(value: Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def positive(name: str, value: Any) -> float:
    """A finite number above zero, as ``float``."""
    if number(name, value) <= 0:
        fail(name, "be positive", value)
    return float(value)


def non_negative(name: str, value: Any) -> float:
    """A finite number, zero or above, as ``float``."""
    if number(name, value) < 0:
        fail(name, "not be negative", value)
    return float(value)


def fraction(name: str, value: Any) -> float:
    """A number from 0 to 1, both included, as ``float``."""
    return in_range(name, value, 0.0, 1.0)


def in_range(name: str, value: Any, low: float, high: float) -> float:
    """A number from ``low`` to ``high``, both included, as ``float``."""
    if not low <= number(name, value) <= high:
        fail(name, f"be from {low:g} to {high:g}", value)
    return float(value)


def integer(name: str, value: Any) -> int:
    """A whole number as ``int``; 3.0 is refused, as it usually stands for a mistake in a formula."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        fail(name, "be a whole number", value)
    return int(value)


def positive_integer(name: str, value: Any) -> int:
    """A whole number above zero, as ``int``."""
    if integer(name, value) <= 0:
        fail(name, "be positive", value)
    return int(value)


def non_negative_integer(name: str, value: Any) -> int:
    """A whole number, zero or above, as ``int``."""
    if integer(name, value) < 0:
        fail(name, "not be negative", value)
    return int(value)


def text(name: str, value: Any) -> str:
    """Text, as it is; it may be empty."""
    if not isinstance(value, str):
        fail(name, "be text", value)
    return value


def one_of(name: str, value: Item, choices: Collection[Item]) -> Item:
    """One of the choices; the sentence lists them."""
    if value not in choices:
        fail(name, "be one of " + ", ".join(str(choice) for choice in choices), value)
    return value


def same_length(**values: Sized) -> int:
    """The common length of all arguments; the sentence lists the lengths that differ."""
    lengths = {name: len(value) for name, value in values.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"{' and '.join(lengths)} must have the same length, got {listed}")
    return next(iter(lengths.values()))


def array(
    name: str,
    value: Any,
    *,
    axes: int | tuple[int, ...] = (),
    shape: str = "",
    positive: bool = False,
    non_negative: bool = False,
    finite: bool = True,
    words: str = "be numbers",
    say: str = "",
    copy: bool = False,
) -> Array:
    """Numbers as a float64 array that is not empty: the conversion at every door that takes arrays.

    Parameters
    ----------
    axes : int or tuple of int
        How many axes it may have; any number of them if left out.
    shape : str
        What the sentence asks of a wrong or empty shape, such as "have the shape (rows, columns)".
    positive, non_negative, finite : bool
        What all numbers must be.
    words : str
        What the sentence asks of a value that holds something else than numbers.
    say : str
        What one sentence asks of shape and numbers together, in the place of one for each.
    copy : bool
        Whether the array is a new one, which the caller may write to.
    """
    import numpy as np  # here, as the command line checks its arguments without it

    try:
        found = np.array(value, dtype=np.float64) if copy else np.asarray(value, dtype=np.float64)
    except OverflowError:  # a whole number beyond all floats
        fail(name, say or "be finite", value)
    except (TypeError, ValueError):
        fail(name, words, value)
    allowed = (axes,) if isinstance(axes, int) else axes
    if not found.size or (allowed and found.ndim not in allowed):
        listed = " or ".join(map(str, allowed))
        shape = shape or (f"have {listed} dimensions" if listed and found.size else "not be empty")
        fail(name, say or shape, value if say else found.shape)
    known = np.isfinite(found) if finite else np.ones(found.shape, dtype=np.bool_)
    if positive and not (known & (found > 0)).all():
        fail(name, say or "be positive and finite", value)
    if non_negative and not (known & (found >= 0)).all():
        fail(name, say or "be finite and not negative", value)
    if not known.all():
        fail(name, say or "be finite", value if say else f"{np.count_nonzero(~known)} entries that are not")
    return found
