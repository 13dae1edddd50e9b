"""The table of settings, the signature of ``train``, its docstring and what reads the table say the same."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from scalinglab.training import budget, digits, settings, train
from scalinglab.training.networks.perceptrons import ACTIVATIONS
from scalinglab.training.optimizers import SCHEDULES
from scalinglab.training.plans import Plan
from scalinglab.training.settings import BOUNDS, KINDS, SETTINGS
from tests.test_import_rules import imports

PARAMETERS = inspect.signature(train).parameters
#: What an annotation of ``train`` says of a plain value.
WORDS = {"int": "int", "float": "float", "pair": "tuple[float, float]", "word": "str", "flag": "bool"}


def test_the_signature_of_train_is_the_table():
    assert list(PARAMETERS) == ["task", *SETTINGS]
    for name, setting in SETTINGS.items():
        parameter = PARAMETERS[name]
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert parameter.default == setting.default
        assert type(parameter.default) is type(setting.default)


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS.values() if setting.plain], ids=lambda s: s.name)
def test_an_annotation_is_the_kind_of_its_setting(setting):
    given = PARAMETERS[setting.name].annotation.split(" | ")
    assert given[0] == WORDS[setting.kind]
    assert any("Sequence" in part for part in given) == setting.by_network
    assert ("None" in given) == (setting.default is None)


def test_the_docstring_of_train_lists_the_settings_in_order_and_all_words():
    listed = re.findall(r"^    (\w+) : (.*)$", train.__doc__, re.MULTILINE)
    assert [name for name, _ in listed] == ["task", *SETTINGS]
    for name, kind in listed[1:]:
        assert tuple(re.findall(r'"(.*?)"', kind)) == SETTINGS[name].words


def test_every_setting_is_of_a_known_kind_within_known_bounds_and_means_something():
    for setting in SETTINGS.values():
        assert setting.kind in {*KINDS, "arrays", "function", "device"}
        assert setting.bounds in {*BOUNDS, ""}
        assert setting.meaning
        assert not setting.swept or setting.plain
        if setting.plain and setting.default is not None:
            assert setting.checked(setting.default) == setting.default


def test_there_is_a_part_for_every_word():
    assert tuple(ACTIVATIONS) == SETTINGS["activation"].words
    assert tuple(SCHEDULES) == SETTINGS["schedule"].words
    for name, setting in SETTINGS.items():
        for word in setting.words:
            next(train(digits(20), steps=1, **{name: word}))


def test_a_plan_holds_every_setting():
    # What a plan has under other names: ``masks`` that are a function, and the evaluations as steps.
    assert {field.name for field in fields(Plan)} == {*SETTINGS, "task", "remask", "evaluated"} - {"evaluations"}


def test_a_setting_of_some_networks_is_refused_for_one_that_is_for_all():
    for name, setting in SETTINGS.items():
        if setting.plain and not setting.by_network and setting.kind != "pair":
            with pytest.raises(ValueError, match=f"^{name} must "):
                setting.checked([setting.default])


def test_an_embedding_is_looked_at_only_where_there_is_one():
    assert budget(digits(20), embedding=-1) == budget(digits(20))


def test_the_table_loads_no_torch():
    found = {name.rpartition(".")[0] or name for name in imports(Path(settings.__file__))}
    assert found == {"__future__", "collections.abc", "dataclasses", "typing", "numpy", "scalinglab._checks"}
