"""Tasks: what a learner is asked to do in a panel, each ticked off when the controls were where it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from scalinglab import _checks as checks
from scalinglab.live.controls import Control, Slider

#: Where controls must stand, by name: a value, or the lowest and the highest of a slider.
Goal: TypeAlias = Mapping[str, Any]


class Tasks:
    """The tasks of one panel.

    Parameters
    ----------
    tasks : sequence
        Each is a sentence, which the learner ticks off by hand, or a sentence and the goals that tick it off:
        ``("Drag *width* to 512.", {"width": 512})``. Several goals must each have been reached, in any order. A pair
        of numbers is a range of a slider, ends included: ``{"width": (2, 8)}``.
    controls : mapping of str to Control
        Those of the panel, by name.

    Raises
    ------
    ValueError
        If a task is no sentence, or a goal cannot be reached by moving the controls, or all of its goals are where the
        controls start.
    """

    def __init__(self, tasks: Sequence[str | tuple[Any, ...]], controls: Mapping[str, Control]) -> None:
        self._controls = controls
        self._texts, self._goals = [], []
        for task in tasks:
            text, *goals = (task,) if isinstance(task, str) else task
            if not isinstance(text, str) or not text.strip():
                checks.fail("a task", "be a sentence, with goals if it is ticked off by itself", task)
            self._texts.append(text)
            self._goals.append([self._checked(goal) for goal in goals])
        self._reached = [set[int]() for _ in self._texts]
        self.done = [False for _ in self._texts]
        self.look({control.name: control.value for control in controls.values()})
        if any(self.done):
            checks.fail("tasks", "ask for something that is not so from the start", self._texts[self.done.index(True)])

    def look(self, values: Mapping[str, Any]) -> None:
        """Tick off what these values reach."""
        for number, goals in enumerate(self._goals):
            self._reached[number] |= {place for place, goal in enumerate(goals) if _stands(values, goal)}
            self.done[number] |= bool(goals) and len(self._reached[number]) == len(goals)

    def tick(self, number: int, done: bool) -> None:
        """Tick one off, or take the tick back, by hand."""
        last = len(self.done) - 1
        self.done[int(checks.in_range("task", checks.integer("task", number), 0, last))] = bool(done)

    def describe(self) -> list[dict[str, Any]]:
        """What the browser needs to draw them."""
        return [{"text": text, "done": done} for text, done in zip(self._texts, self.done, strict=True)]

    def ways(self) -> list[list[dict[str, Any]]]:
        """For each task that ticks itself off, values of the controls that reach its goals one after the other."""
        return [[self._way(goal) for goal in goals] for goals in self._goals]

    def goals(self) -> list[list[dict[str, Any]]]:
        """For each task its goals: the value of each control, or the lowest and the highest of a slider."""
        return [[dict(goal) for goal in goals] for goals in self._goals]

    def _checked(self, goal: Any) -> dict[str, Any]:
        if not isinstance(goal, Mapping) or not goal:
            checks.fail("the goal of a task", "be a dict of controls and values", goal)
        for name, wanted in goal.items():
            control = self._controls[checks.one_of("control", name, self._controls)]
            for value in wanted if isinstance(wanted, tuple) else (wanted,):
                control.check(value)
            if isinstance(control, Slider) and not any(_within(stop, wanted) for stop in control.grid):
                checks.fail(f"the goal of {name}", "hold one of the slider's stops", wanted)
        return dict(goal)

    def _way(self, goal: Goal) -> dict[str, Any]:
        return {name: self._stop(self._controls[name], wanted) for name, wanted in goal.items()}

    def _stop(self, control: Control, wanted: Any) -> Any:
        return next(s for s in control.grid if _within(s, wanted)) if isinstance(control, Slider) else wanted


def _stands(values: Mapping[str, Any], goal: Goal) -> bool:
    return all(_within(values[name], wanted) for name, wanted in goal.items())


def _within(value: Any, wanted: Any) -> bool:
    return wanted[0] <= value <= wanted[1] if isinstance(wanted, tuple) else value == wanted
