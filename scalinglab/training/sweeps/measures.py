"""What a grid is swept for, beside the errors that ``train`` finds: measures of its networks, and experiments.

Either is a function with a name. The store keeps its rows under that name, and workers import it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab._checks import fail
from scalinglab._growing import Growing
from scalinglab.training.sweeps.chunks import stacked_settings
from scalinglab.training.sweeps.grids import Run, mappings_of, recipes_of, runs_of, text_of
from scalinglab.training.tasks.catalogue import build_task
from scalinglab.training.tasks.task import Task


@dataclass(frozen=True)
class Measure:
    """What is measured of the networks of a grid, while or after they are trained.

    Attributes
    ----------
    name : str
        A part of the keys under which rows are kept.
    function : callable
        ``function(task, *, device, **settings)`` trains a stack of networks with ``train``, whose settings these are
        (and ``options``). It should check them at the call, and returns an iterator of growing rows, the last of which
        count: ``network`` in them is the place in the stack. Workers must be able to import it, so it is a function of
        a module.
    options : tuple of str
        Keys that a grid may hold beside those of ``train``. They are handed on as they are, lists too.
    columns : tuple of str
        Columns of its rows that say what a row is of, and are no results.
    version : int
        A part of the keys, too: raise it when the same arguments have other rows than before.

    Examples
    --------
    A measure in a module of your own, and its use in ``sweep(grid, measure=NORMS)``::

        def norms(task, **settings):
            return growing_at_the_end(train(task, **settings), rows_of)

        def rows_of(run):
            return [{"network": n, "norm": norm_of(run.arrays(n))} for n in range(run.networks)]

        NORMS = Measure("norms", norms)
    """

    name: str
    function: Callable[..., Iterator[Growing]]
    options: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    version: int = 1

    def runs_of(self, grid: Any) -> tuple[Run, ...]:
        """All runs of a grid, in order, each once; a ``ValueError`` says what is wrong with the grid."""
        return tuple({run.key: run for one in mappings_of(grid) for run in self._runs(one)}.values())

    def begin(self, runs: Sequence[Run], device: str, recipe: Mapping[str, Any] | None = None) -> Iterator[Growing]:
        """Call the function for runs that stack; it checks its arguments, and has computed nothing yet.

        The recipe may be that of a task that differs from theirs in the seed alone.
        """
        given = stacked_settings(runs) | runs[0].options
        try:
            return self.function(self._task(recipe or runs[0].recipe), device=device, **given)
        except TypeError as error:
            raise ValueError(f"grid must hold the arguments of {self._says}: {error}") from None

    def about(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options that stand in each row."""
        return {name: options[name] for name in self.columns if not isinstance(options.get(name, []), list)}

    @property
    def _says(self) -> str:
        return f"train and {self.function.__name__}"

    def _task(self, recipe: Mapping[str, Any]) -> Task:
        return build_task(recipe)

    def _runs(self, one: Mapping[str, Any]) -> Iterator[Run]:
        options = {name: one[name] for name in self.options if name in one}
        for run in runs_of({name: value for name, value in one.items() if name not in self.options}):
            yield self._run(run.recipe, run.settings, options)

    def _run(self, recipe: Mapping[str, Any], settings: dict[str, Any], options: Mapping[str, Any]) -> Run:
        task, given = plain(recipe), plain(options)
        try:
            text = text_of(measure=[self.name, self.version], task=task, train=settings, options=given)
        except (TypeError, ValueError):
            fail("grid", "hold numbers, words, true and false, and lists and mappings of these", options)
        return Run(task, settings, text, given, self)


@dataclass(frozen=True)
class Experiment(Measure):
    """A function with arguments of its own: a grid holds these, as they are, and each mapping is an experiment.

    Attributes
    ----------
    name, function, columns, version
        As of a ``Measure``: ``function(task, *, device, **arguments)``. Its defaults count for what a grid leaves out.
        Arguments among the columns that are one value are added to the rows.
    options : tuple of str
        Arguments whose lists are axes: there is an experiment for each value, which gets a list of it alone. They
        should be those whose values have nothing to do with each other, as experiments are what survives a crash.
    make_task : callable
        What makes the task from the ``task`` of the grid, if it is none that can be trained by name.
    """

    make_task: Callable[..., Task] | None = None

    @property
    def _says(self) -> str:
        task = f", and a task of {self.make_task.__name__}" if self.make_task else ""
        return self.function.__name__ + task

    def _task(self, recipe: Mapping[str, Any]) -> Task:
        return self.make_task(**recipe) if self.make_task else build_task(recipe)

    def _runs(self, one: Mapping[str, Any]) -> Iterator[Run]:
        recipes = self._recipes(one)
        given = _defaults(self.function) | plain({name: value for name, value in one.items() if name != "task"})
        axes = [name for name in self.options if isinstance(given.get(name), list) and given[name]]
        for recipe, *values in itertools.product(recipes, *(given[name] for name in axes)):
            yield self._run(recipe, {}, given | {name: [value] for name, value in zip(axes, values, strict=True)})

    def _recipes(self, one: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        if self.make_task is None:
            if "task" not in one:
                fail("grid", "hold mappings that name a task", dict(one))
            return recipes_of(one["task"])
        if not isinstance(task := one.get("task", {}), Mapping):
            fail("task", f"be a mapping with the arguments of {self.make_task.__name__}", task)
        return [_defaults(self.make_task) | dict(task)]


def runs_for(grid: Any, measure: Measure | None) -> tuple[Run, ...]:
    """The runs of a grid that is swept for a measure, or for nothing but their errors."""
    if measure is None:
        return runs_of(grid)
    if not isinstance(measure, Measure):
        fail("measure", "be a Measure, such as scalinglab.pruning.MEASURES holds", measure)
    return measure.runs_of(grid)


def plain(value: Any) -> Any:
    """The same in what JSON has: lists, mappings and plain numbers."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(entry) for entry in value]
    return value


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """The defaults of a function, so that a key tells them, too."""
    parameters = inspect.signature(function).parameters.values()
    return {one.name: plain(one.default) for one in parameters if one.default is not one.empty and one.name != "device"}
