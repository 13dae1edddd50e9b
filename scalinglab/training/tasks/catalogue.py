"""All tasks by name, and recipes: a task as a few words and numbers that can be written down and made again.

A recipe is a mapping with a name and the options of a factory, such as ``{"name": "digits", "samples": 300}``. It is
complete when every option is there: then it fixes the task, so the results of a run can be kept under it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from scalinglab._checks import fail
from scalinglab.training.tasks.digits import digits, digits_options
from scalinglab.training.tasks.files import cifar10, files_options, mnist
from scalinglab.training.tasks.signals import signals, signals_options
from scalinglab.training.tasks.task import Task
from scalinglab.training.tasks.teachers import teacher_student, teacher_student_options
from scalinglab.training.tasks.text import text, text_fingerprint, text_options

#: The factories of all tasks, by name.
TASKS: dict[str, Callable[..., Task]] = {
    "digits": digits,
    "teacher_student": teacher_student,
    "signals": signals,
    "text": text,
    "mnist": mnist,
    "cifar10": cifar10,
}
#: What checks the options of each factory.
_OPTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "digits": digits_options,
    "teacher_student": teacher_student_options,
    "signals": signals_options,
    "text": text_options,
    "mnist": files_options,
    "cifar10": files_options,
}
#: The fingerprint of what lies on this machine and is not the same on all, for the tasks that are made from it.
_FINGERPRINTS: dict[str, Callable[[], str]] = {"text": text_fingerprint}


def complete_recipe(recipe: Mapping[str, Any] | str) -> dict[str, Any]:
    """Fill in what a recipe leaves out, from the defaults of the factory, and check it; the task is not made.

    Parameters
    ----------
    recipe : mapping or str
        ``{"name": ..., option: value, ...}``, or a name alone.

    Returns
    -------
    dict
        The name and every option, in the order of the factory's signature and in canonical types, fit for JSON. If
        the options do not fix the content (the text of this Python), the ``fingerprint`` of the content is added; one
        that is there already stays.

    Raises
    ------
    ValueError
        If the name or an option is unknown, or if a value is out of range.

    Examples
    --------
    >>> complete_recipe({"name": "digits", "samples": 300})
    {'name': 'digits', 'samples': 300, 'label_noise': 0.0, 'seed': 0}
    """
    if isinstance(recipe, str):
        recipe = {"name": recipe}
    if not isinstance(recipe, Mapping) or "name" not in recipe:
        fail("recipe", "be the name of a task, or a mapping with a name", recipe)
    given = dict(recipe)
    name = given.pop("name")
    if not isinstance(name, str) or name not in TASKS:
        fail("name", "be one of " + ", ".join(TASKS), name)
    defaults = {key: value.default for key, value in inspect.signature(TASKS[name]).parameters.items()}
    if name in _FINGERPRINTS:
        defaults["fingerprint"] = None
    for option in given:
        if option not in defaults:
            fail("recipe", f"have no options for {name} but {', '.join(defaults)}", option)
    return {"name": name} | _OPTIONS[name](**(defaults | given))


def build_task(recipe: Mapping[str, Any] | str) -> Task:
    """Make the task of a recipe, complete or not; the same object for the same recipe, while the factory keeps it.

    Raises
    ------
    ValueError
        As ``complete_recipe`` does; or if the recipe's fingerprint is not that of this machine's content.
    FileNotFoundError
        If the task is made from files that are not there.

    Examples
    --------
    >>> build_task({"name": "digits", "samples": 300})
    Task('digits', 300 training and 597 test samples, 64 inputs, 10 classes)
    """
    options = complete_recipe(recipe)
    name, fingerprint = options.pop("name"), options.pop("fingerprint", None)
    if fingerprint is not None and fingerprint != (here := _FINGERPRINTS[name]()):
        fail("fingerprint", f"be {here!r}, that of the {name} on this machine (Python's version decides)", fingerprint)
    return TASKS[name](**options)
