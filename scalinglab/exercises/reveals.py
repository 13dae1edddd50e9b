"""What a prediction reveals: a number, a sentence, or a function of nothing or of what was sealed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from numbers import Real
from typing import Any

from scalinglab._checks import number


def worked_out(reveal: Any, said: float | str) -> float | str:
    """The answer as a finite number or a text.

    Raises
    ------
    ValueError
        If it is neither, and whatever the function raises.
    """
    if callable(reveal):
        reveal = reveal(said) if takes_what_was_said(reveal) else reveal()
    if not isinstance(reveal, str | Real) and hasattr(reveal, "item"):
        reveal = reveal.item()  # an array or a tensor that holds one number
    if isinstance(reveal, str) and reveal.strip():
        return reveal
    return number("the answer", reveal)


def takes_what_was_said(reveal: Any) -> bool:
    """Whether a reveal is a function that must be given the sealed value; one with defaults only, is not."""
    return callable(reveal) and _takes_an_argument(reveal)


def failure(problem: Exception) -> str:
    """What the learner reads of a reveal that raised an error."""
    return f"The answer could not be worked out. {type(problem).__name__}: {problem}"


def _takes_an_argument(function: Callable[..., Any]) -> bool:
    """Whether a function must be given something; ``lambda width=width: ...`` must not."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    needed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(one.kind in needed and one.default is inspect.Parameter.empty for one in parameters)
