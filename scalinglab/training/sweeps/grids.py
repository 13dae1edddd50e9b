"""Grids of runs: from a mapping with lists to complete configurations, each with a key of its own.

A grid maps argument names of ``train`` to a value or to several, and ``"task"`` to one or several tasks. Each value
is brought to one canonical type, so that 1, 1.0 and ``np.float64(1)`` of the same argument are the same run.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Protocol

import numpy as np

from scalinglab._checks import fail
from scalinglab.training.settings import SETTINGS
from scalinglab.training.tasks.catalogue import complete_recipe
from scalinglab.training.tasks.task import Task

#: Part of every key. Raise it when ``train`` or a task computes other numbers from the same arguments than before (a
#: new initialization, another order of the data, a corrected gradient), so that no kept result stands for a new one.
#: A faster way to the same numbers, a new argument or a new version of the package is no reason.
ALGORITHM = 2
#: Arguments of ``train`` that a grid can hold.
SWEPT = {name: setting for name, setting in SETTINGS.items() if setting.swept}
#: Where a sweep differs from ``train``: the first and the last evaluation suffice.
DEFAULTS = {"evaluations": 2}
#: Settings that came when there were keys already, with the values at which a key does not tell them: those that all
#: runs had before. So what was kept then is found now.
SILENT = {"network": SETTINGS["network"].default}
#: No course comes near; it keeps a slip of the finger from filling the memory.
MOST_RUNS = 100_000


class Measured(Protocol):
    """What runs are asked for beside their errors: a ``Measure``, whose module builds on this one."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that say what a row is of."""
        ...

    def about(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options that stand in each row."""
        ...

    def begin(self, runs: Sequence[Run], device: str, recipe: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Rows that grow, of runs that stack."""
        ...


@dataclass(frozen=True, eq=False)
class Run:
    """One run.

    Attributes
    ----------
    recipe : dict
        The complete recipe of its task.
    settings : dict
        All arguments of ``train`` that can be swept.
    text : str
        All of it, and the version of the algorithm, as canonical JSON.
    options : dict
        Arguments of what it is measured for, beside those of ``train``.
    measure : Measure, optional
        What it is measured for, beside its errors; an experiment has no settings, but options alone.
    """

    recipe: dict[str, Any]
    settings: dict[str, Any]
    text: str
    options: dict[str, Any] = field(default_factory=dict)
    measure: Measured | None = None

    def __reduce__(self) -> tuple[Callable[..., Run], tuple[str, Measured | None]]:
        """Travel to a worker as the text, which says it all, and the measure, whose function is imported there."""
        return _read, (self.text, self.measure)

    @cached_property
    def key(self) -> str:
        """The hash of the text: under this name the run is kept."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def row(self) -> dict[str, Any]:
        """The configuration as a flat record; a pair is written as text, as a cell holds one value."""
        if self.measure is not None and not self.settings:
            return self.measure.about(self.options)
        row = {"task": self.recipe["name"]}
        for option, value in self.recipe.items():
            if option != "name":
                row[f"task_{option}" if option in ("task", *SETTINGS) else option] = value
        for name, value in self.settings.items():
            row[name] = ", ".join(map(repr, value)) if isinstance(value, list) else value
        return row


def runs_of(grid: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[Run, ...]:
    """All runs of a grid, or of the union of several, in order; the last axis varies fastest.

    Parameters
    ----------
    grid : mapping or sequence of mappings

    Returns
    -------
    tuple of Run
        Each once, where it came first.

    Raises
    ------
    ValueError
        If the grid is empty or too large, a key is unknown, or a value is of the wrong type.
    """
    axes = [_axes(one) for one in mappings_of(grid)]
    _refuse_too_many(sum(math.prod(len(values) for values in each.values()) for each in axes))
    runs: dict[str, Run] = {}
    for each in axes:
        for values in itertools.product(*each.values()):
            run = _run(dict(zip(each, values, strict=True)))
            runs.setdefault(run.key, run)
    return tuple(runs.values())


def mappings_of(grid: Any) -> Sequence[Mapping[str, Any]]:
    """The mappings that a grid is the union of; what is no grid is refused."""
    grids = [grid] if isinstance(grid, Mapping) else grid
    if not isinstance(grids, Sequence) or isinstance(grids, str) or not all(isinstance(g, Mapping) for g in grids):
        fail("grid", "be a mapping from names to values, or a list of these", grid)
    if not grids:
        fail("grid", "hold at least one mapping", grid)
    return grids


def _axes(grid: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values of each key, checked and canonical."""
    if not grid:
        fail("grid", "name a task and what is to vary", dict(grid))
    for name in grid:
        if name != "task" and name not in SWEPT:
            close = difflib.get_close_matches(str(name), ["task", *SWEPT], n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; there are task, {', '.join(SWEPT)}"
            raise ValueError(f"grid must have keys that are arguments of train and can be swept, got {name!r}{hint}")
    if "task" not in grid:
        fail("grid", 'name a task, as in {"task": "digits"}', dict(grid))
    return {
        name: list(recipes_of(value)) if name == "task" else [_canonical(name, one) for one in _entries(name, value)]
        for name, value in grid.items()
    }


def _run(chosen: dict[str, Any]) -> Run:
    recipe = chosen.pop("task")
    settings = _defaults() | chosen
    if settings["samples"] is None:
        settings["samples"] = recipe.get("samples")
    return Run(recipe, settings, text_of(task=recipe, train=settings))


def text_of(**parts: Any) -> str:
    """The canonical JSON of a configuration; what is silent in it is left out.

    Raises
    ------
    TypeError, ValueError
        If a part holds what JSON cannot.
    """
    if settings := parts.get("train"):
        told = {name: value for name, value in settings.items() if name not in SILENT or value != SILENT[name]}
        parts = parts | {"train": told}
    return json.dumps({"algorithm": ALGORITHM} | parts, sort_keys=True, allow_nan=False)


def _read(text: str, measure: Measured | None) -> Run:
    parts = json.loads(text)
    settings = SILENT | parts["train"] if parts["train"] else {}
    return Run(parts["task"], settings, text, parts.get("options", {}), measure)


def _entries(name: str, value: Any) -> list[Any]:
    """The values along one axis; a value alone is an axis of length one."""
    pair = name in SWEPT and SWEPT[name].kind == "pair"
    several = _listed(value)
    if several is None or (pair and len(several) == 2 and not any(_listed(entry) is not None for entry in several)):
        return [value if several is None else several]
    if not several:
        fail(name, "hold at least one value", value)
    return several


def _listed(value: Any) -> list[Any] | None:
    """The entries of a list, tuple, range or array, as plain values; None of anything else."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple | range):
        return None
    _refuse_too_many(len(value))
    return list(value)


def _refuse_too_many(runs: int) -> None:
    if runs > MOST_RUNS:
        fail("grid", f"hold at most {MOST_RUNS} runs", runs)


def recipes_of(value: Any) -> Iterator[dict[str, Any]]:
    """Complete recipes of all tasks that are asked for."""
    for entry in _entries("task", value):
        if isinstance(entry, Task):
            if entry.recipe is None:
                fail("task", "be made by a factory such as digits(), so that it can be made again", entry)
            yield complete_recipe(entry.recipe)
        elif isinstance(entry, Mapping):
            options = {name: _entries(f"task {name}", values) for name, values in entry.items()}
            _refuse_too_many(math.prod(len(values) for values in options.values()))
            for values in itertools.product(*options.values()):
                yield complete_recipe(dict(zip(options, values, strict=True)))
        elif isinstance(entry, str):
            yield complete_recipe(entry)
        else:
            fail("task", "be a name, a mapping with a name, or a Task made by a factory", entry)


def _canonical(name: str, value: Any) -> Any:
    """The one form of a value, as JSON knows it."""
    setting = SWEPT[name]
    if value is None and setting.default is None:
        return None
    if setting.function and callable(value):
        words = ", ".join(setting.words)
        fail(name, f"be one of {words} in a sweep, as a function has no name to keep its runs under", value)
    typed = setting.typed(value)
    return list(typed) if isinstance(typed, tuple) else typed


@cache
def _defaults() -> dict[str, Any]:
    """Canonical values of all arguments that a grid leaves out; to be copied."""
    return {name: _canonical(name, DEFAULTS.get(name, setting.default)) for name, setting in SWEPT.items()}
