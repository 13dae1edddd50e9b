"""Errors that say more than their sentence: by what they carry, or by their type."""

from __future__ import annotations

from typing import Any


class ConvergenceError(RuntimeError):
    """A solve did not reach its tolerance.

    Parameters
    ----------
    message : str
        One sentence: what failed, and what to try.
    partial : object, optional
        The best result so far, of the type that the call would have returned.
    """

    def __init__(self, message: str, *, partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class DivergenceError(ArithmeticError):
    """What was asked for does not exist, because the process grows without bound.

    Parameters
    ----------
    message : str
        One sentence: what diverges, and in which region it would not.
    rate : float, optional
        The growth rate, in units of 1 / step, where it is known.
    """

    def __init__(self, message: str, *, rate: float | None = None) -> None:
        super().__init__(message)
        self.rate = rate


class TooLargeError(ValueError):
    """What was asked for is well formed, but would fill this machine's memory; another machine may have more."""


def sentence(error: BaseException) -> str:
    """What an error says, as a sentence of at most 400 characters; of one that is no answer, its type comes first."""
    text = str(error) or type(error).__name__
    text = (
        text
        if isinstance(error, ValueError | ConvergenceError | DivergenceError)
        else f"{type(error).__name__}: {text}"
    )
    return text[:1].upper() + text[1:400]
