"""Comparing a student's answer with another one: equal, of the wrong kind, or how far away."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Sized
from numbers import Real
from typing import Any

import numpy as np

#: An array of more numbers is shown by its first and last ones.
_MOST_NUMBERS = 12
#: What most answers are.
_NUMBERS = (float, int)
_NEXT_ROW = re.compile(r"\n\s*")


def equal(got: Any, expected: Any, tolerance: float) -> bool:
    """Whether an answer is the expected one: numbers and arrays within a relative tolerance, all else exactly."""
    if type(got) in _NUMBERS and type(expected) in _NUMBERS:  # as most are; nothing else is to be asked then
        return _close(got, expected, tolerance)
    got = _plain(got)
    if complaint(got, expected) is not None:
        return False
    if isinstance(expected, bool | str):
        return bool(got == expected)
    if _is_number(expected):
        return _close(got, expected, tolerance)
    return _all_close(np.asarray(got), np.asarray(expected), tolerance)


def complaint(got: Any, expected: Any) -> tuple[str, str] | None:
    """The name and sentence of an answer of the wrong kind; None if it can be compared with the expected one."""
    got = _plain(got)
    if got is None:
        return "returned nothing", "got `None`: did you forget `return`?"
    if callable(got):
        return "returned a function", "got a function: did you forget to call it with `()`?"
    if isinstance(expected, bool | str):
        kind = "True or False" if isinstance(expected, bool) else "text"
        return None if isinstance(got, type(expected)) else _wrong_type(got, kind)
    if _is_number(expected):
        return _complaint_about_number(got, expected)
    return _complaint_about_array(got, tuple(np.shape(expected)))


def distance(got: Any, expected: Any) -> str:
    """How an answer differs, without telling the expected one: ``too large``, or which entries of an array are off."""
    got = _plain(got)
    if isinstance(expected, bool | str):
        return "not the answer"
    if _is_number(expected):
        side = "large" if got > expected else "small"
        size, right = abs(got), abs(expected)
        same_side = 0 not in (got, expected) and (got > 0) == (expected > 0)
        if not (same_side and right / 2 <= size <= 2 * right):
            return f"far too {side}"
        return f"a little too {side}" if 0.9 * right <= size <= 1.1 * right else f"too {side}"
    off = ~np.isclose(np.asarray(got, float), np.asarray(expected, float), rtol=1e-6)
    first = ", ".join(str(index) for index in np.argwhere(off)[0]) if off.any() else "0"
    return f"wrong in {int(off.sum())} of {off.size} entries, first at index [{first}]"


def is_inexact(expected: Any) -> bool:
    """Whether an answer holds numbers that a tolerance is for: any that are finite, and not whole by their type."""
    flat = np.ravel(np.asarray(expected, dtype=object))
    return any(isinstance(one, float | np.floating) and math.isfinite(one) for one in flat)


def shown(value: Any, longest: int = 120) -> str:
    """``repr`` for a message: cut to a readable length, safe for any object, and large arrays by both ends.

    >>> shown(np.zeros((20, 5)))
    'array([[0., ..., 0.], ..., [0., ..., 0.]], shape=(20, 5))'
    """
    try:
        text = repr(value)
        with np.printoptions(threshold=_MOST_NUMBERS, edgeitems=3 if getattr(value, "ndim", 0) == 1 else 1):
            short = repr(value)
        text = text if short == text else in_one_line(short)
    except Exception:  # a student's class, or a number of many thousand digits
        text = f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= longest else text[: longest - 3] + "..."


def in_one_line(text: str) -> str:
    """The rows of an array's ``repr`` behind one another."""
    return _NEXT_ROW.sub(" ", text)


def _plain(value: Any) -> Any:
    """Tensors and arrays of one element without shape become numbers; other tensors become arrays."""
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu().numpy()
        if isinstance(value, np.ndarray | np.generic) and value.shape == ():
            return value.item()
    except Exception:
        return value
    return value


def _is_number(value: Any) -> bool:
    kind = type(value)  # asked first, as ``Real`` takes longer than the rest of a comparison
    return kind is float or kind is int or (isinstance(value, Real) and not isinstance(value, bool))


def _close(got: Any, expected: Any, tolerance: float) -> bool:
    try:
        return got == expected or math.isclose(got, expected, rel_tol=tolerance, abs_tol=0.0)
    except OverflowError:  # a whole number too large for float is close to nothing that we ask for
        return False


def _all_close(got: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    """``np.allclose`` without its checks: what was got is finite and in the shape of what is expected."""
    wanted = expected if expected.dtype.kind == "f" else expected.astype(float)
    size = np.abs(wanted)
    scale = float(size.max(initial=0.0))
    return math.isfinite(scale) and bool((np.abs(got - wanted) <= tolerance * scale + tolerance * size).all())


def _length(got: Any) -> int | None:
    """The length of a sequence of any kind; None for all else, a text and a set included."""
    if isinstance(got, str | bytes | dict | set | frozenset) or not isinstance(got, Sized):
        return None
    try:
        return len(got)
    except Exception:  # a student's class
        return None


def _complaint_about_number(got: Any, expected: Any) -> tuple[str, str] | None:
    length = _length(got)
    if length is not None:
        return "wrong shape", f"got {length} values ({shown(got, 60)}) where one number was asked."
    if not _is_number(got):
        return _wrong_type(got, "one number")
    if isinstance(got, float) and not math.isfinite(got) and got != expected:  # infinity may be the answer
        return "not a number", f"got {got}: look for a division by zero, or a logarithm of zero or less."
    return None


def _complaint_about_array(got: Any, shape: Sequence[int]) -> tuple[str, str] | None:
    length = _length(got)
    if length is None:
        return _wrong_type(got, f"{'a sequence' if len(shape) == 1 else 'an array'} of numbers")
    wanted = f"shape {shape}" if len(shape) > 1 else f"{shape[0]} values"
    if length != shape[0]:  # before conversion: a range of 10^12 has a length but fits no memory
        return "wrong shape", f"got {length} values where {wanted} were asked."
    try:
        array = np.asarray(got, dtype=float)
    except Exception:
        return _wrong_type(got, "numbers in rows of equal length")
    if array.shape != shape:
        return "wrong shape", f"got shape {array.shape} where {wanted} were asked."
    if not np.isfinite(array).all():
        return "not a number", "got nan or infinite entries: look for a division by zero or a log of zero."
    return None


def _wrong_type(got: Any, asked: str) -> tuple[str, str]:
    return "wrong type", f"got {shown(got, 60)}, of type `{type(got).__name__}`, where {asked} was asked."
