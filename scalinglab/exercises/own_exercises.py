"""An instructor's own exercises: the same kind of object as those of the bank, read from a file beside the notebook.

``scalinglab exercise`` writes the file, ``own-half-life.json``: the cases in several sets, one of which a student's
name draws, the right answer and that of each known mistake in every case, the sentences, and the hints. It is only
ever parsed as JSON, never run, and holds no line of the solution. A value in it is what JSON has, or one of these::

    {"array": [1.0, 2.0], "type": "<f8"}
    {"dict": [["alpha", 0.5]]}

Tuples become lists. While nbgrader grades, the file is the instructor's copy, in the folder that ``VARIABLE`` names.
"""

from __future__ import annotations

import inspect
import json
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scalinglab._checks import fail
from scalinglab.exercises.exercise import Cases, Exercise, Mistake, is_own_key

FORMAT = 1
#: Names the folder in which a grader keeps the files, in the place of the working folder.
VARIABLE = "SCALINGLAB_OWN_EXERCISES"
ABOUT = (
    "An exercise of your course, beside the notebook that checks it: cases, answers, sentences, hints. "
    "Keep it in the folder of the notebook; the check reads it."
)


class MissingExerciseError(ValueError):
    """The file of an exercise is not here, or damaged; a notebook shows the sentence and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def file_name(key: str) -> str:
    """The name of the file of an exercise."""
    return f"{key}.json"


def find_own(key: str, folder: Path | None = None) -> Exercise:
    """The exercise of a key, such as ``"own-half-life"``.

    Parameters
    ----------
    key : str
    folder : Path, optional
        Where its file lies; by default the folder that ``VARIABLE`` names, else the working folder.

    Raises
    ------
    ValueError
        If the key is none, or its file is missing or damaged.
    """
    if not is_own_key(key):
        fail("key", "be own- and a name in small letters, digits and hyphens, such as 'own-half-life'", key)
    place = folder or Path(os.environ.get(VARIABLE) or Path.cwd())
    name = file_name(key)
    try:
        data = json.loads((place / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingExerciseError(
            f"{name} is not in {place}: the exercise {key} needs this file beside its notebook, so take it from where "
            "you got the notebook"
        ) from None
    except (OSError, ValueError, RecursionError) as problem:
        raise MissingExerciseError(f"{name} cannot be read: take it again from where you got the notebook") from problem
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise MissingExerciseError(f"{name} is of another version of scalinglab, or no exercise at all")
    try:
        return unpacked(data)
    except (KeyError, TypeError, ValueError, IndexError) as problem:
        raise MissingExerciseError(f"{name} is damaged: take it again from where you got the notebook") from problem


def packed(exercise: Exercise, sets: Sequence[Sequence[tuple[Any, ...]]]) -> dict[str, Any]:
    """An exercise as plain data, ready for ``json.dumps``; ``unpacked`` reads it.

    Parameters
    ----------
    exercise
        Its oracle and mistakes are asked for their answers.
    sets
        The cases of each set.

    Raises
    ------
    ValueError
        If an argument or an answer is something that cannot be kept.
    """
    told = {name: getattr(exercise, name) for name in ("key", "title", "name", "difficulty", "minutes", "tolerance")}
    told |= {"seconds": exercise.seconds, "hints": list(exercise.hints), "arguments": list(exercise.arguments)}
    told["mistakes"] = [{"name": mistake.name, "message": mistake.message} for mistake in exercise.mistakes]
    told["sets"] = [
        [
            {
                "case": [encoded(each) for each in case],
                "right": encoded(exercise.oracle(*case)),
                "wrong": [encoded(mistake.wrong(*case)) for mistake in exercise.mistakes],
            }
            for case in cases
        ]
        for cases in sets
    ]
    return {"format": FORMAT, "about": ABOUT} | told


def unpacked(data: Mapping[str, Any]) -> Exercise:
    """The exercise that ``packed`` wrote: its oracle and its mistakes look their answers up."""
    sets = [tuple(tuple(map(decoded, one["case"])) for one in cases) for cases in data["sets"]]
    known = {_name(one["case"]): (one["right"], *one["wrong"]) for cases in data["sets"] for one in cases}
    arguments = [str(name) for name in data["arguments"]]

    def cases(draw: random.Random) -> Cases:
        return iter(sets[draw.randrange(len(sets))])

    return Exercise(
        key=data["key"],
        title=data["title"],
        name=data["name"],
        cases=cases,
        oracle=_LookedUp(known, 0, arguments),
        mistakes=tuple(
            Mistake(told["name"], _LookedUp(known, place, arguments), told["message"])
            for place, told in enumerate(data["mistakes"], start=1)
        ),
        hints=tuple(data["hints"]),
        difficulty=data["difficulty"],
        minutes=data["minutes"],
        tolerance=data["tolerance"],
        seconds=data["seconds"],
    )


class _LookedUp:
    """Answers of one kind to the known cases; called and looked at like a function of the exercise's arguments."""

    def __init__(self, known: Mapping[str, Sequence[Any]], place: int, arguments: Sequence[str]) -> None:
        self._known, self._place = known, place
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in arguments])

    def __call__(self, *case: Any) -> Any:
        return decoded(self._known[_name([encoded(each) for each in case])][self._place])


def _name(case: Sequence[Any]) -> str:
    return json.dumps(case, sort_keys=True)


def encoded(value: Any) -> Any:
    """A value as JSON can hold it.

    Raises
    ------
    ValueError
        If it is no number, text, True, False, None, NumPy array, nor a list, tuple or dict of these.
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [encoded(each) for each in value]
    if isinstance(value, dict):
        return {"dict": [[encoded(name), encoded(each)] for name, each in value.items()]}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return {"array": value.tolist(), "type": value.dtype.str, "shape": list(value.shape)}
    raise ValueError(
        f"a {type(value).__name__} cannot be kept in a file: take numbers, text, True, False, None, lists, dicts, "
        "or NumPy arrays of real numbers"
    )


def decoded(value: Any) -> Any:
    """What ``encoded`` was given, but for tuples, which are lists now."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return np.array(value["array"], dtype=np.dtype(value["type"])).reshape(value["shape"])
    return {_hashable(decoded(name)): decoded(each) for name, each in value["dict"]}


def _hashable(name: Any) -> Any:
    return tuple(map(_hashable, name)) if isinstance(name, list) else name
