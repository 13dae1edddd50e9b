"""Sentences for what fails in a panel: what an error says, and a function that does not take the controls."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from scalinglab._errors import ConvergenceError, DivergenceError

#: Errors that are answers: their sentence is enough. Others are shown with their type.
_EXPECTED = (ValueError, ConvergenceError, DivergenceError)


def sentence(error: BaseException) -> str:
    """What an error says, as a sentence of at most 400 characters."""
    text = str(error) or type(error).__name__
    text = text if isinstance(error, _EXPECTED) else f"{type(error).__name__}: {text}"
    return text[:1].upper() + text[1:400]


def check_arguments(rows: Callable[..., Any], controls: Iterable[str]) -> None:
    """Make sure that the function takes the controls' names, before it fails with a riddle."""
    names = list(controls)
    try:
        inspect.signature(rows).bind(**dict.fromkeys(names))
    except TypeError as error:
        raise ValueError(f"rows must take the controls {', '.join(names) or '(none)'} as arguments: {error}") from None
