"""The zoo: each entry is what the method does alone, and its cost is counted."""

from __future__ import annotations

import pytest

from scalinglab.pruning import METHODS, compare_methods, density_path, iterative_pruning, magnitude_masks
from scalinglab.training import digits, finish, train
from scalinglab.training.tasks.teachers import teacher_student

TASK = digits(200)
SETTINGS = {"width": 12, "depth": 2, "optimizer": "adam", "step_size": 0.003, "steps": 30}
DENSITIES = [0.5, 0.1]


@pytest.fixture(scope="module")
def zoo():
    states = list(compare_methods(TASK, methods=METHODS, densities=DENSITIES, seed=[0, 1], **SETTINGS))
    return states[-1], [state.done for state in states]


def one(zoo, method, density=0.1, seed=1):
    (found,) = [row for row in zoo[0].rows() if (row["method"], row["density"], row["seed"]) == (method, density, seed)]
    return found


def test_every_method_is_there_at_every_density_for_every_seed(zoo):
    keys = [(row["method"], row["density"], row["seed"]) for row in zoo[0].rows()]
    assert sorted(keys) == sorted((m, d, s) for m in METHODS for d in DENSITIES for s in (0, 1))
    size = 64 * 12 + 144 + 120
    for row in zoo[0].rows():
        assert row["kept"] == round(row["density"] * size)
        assert 0 < row["effective_density"] <= row["kept"] / size
        assert row["accuracy"] == 1 - row["test_error"]
        assert row["status"] == "alive"


def test_progress_goes_up_to_its_end(zoo):
    last, done = zoo
    assert done == sorted(done)
    assert done[-1] == last.total


def test_the_cost_of_a_method_holds_the_search(zoo):
    rounds = len(density_path(DENSITIES))
    costs = {"random": 0, "erk": 0, "magnitude": 0, "lamp": 0, "gradual": 0, "after, global": 30, "fine-tuned, erk": 30}
    # 200 samples are four batches of 64; a hundred rounds of one example are two.
    costs |= {"snip": 4, "grasp": 8, "synflow": 2, "iterative": 30 * (rounds - 1)}
    for method, search in costs.items():
        row = one(zoo, method)
        assert (row["search_steps"], row["total_steps"]) == (search, search + 30)


def test_entries_are_what_the_methods_do_alone(zoo):
    dense = train(TASK, seed=1, **SETTINGS)
    initial = next(dense).arrays(0)
    trained = finish(dense).arrays(0)
    for scope in ("global", "lamp"):
        masks = magnitude_masks(trained, one(zoo, f"after, {scope}")["kept"], scope=scope)
        for begin, name in ((initial, "after"), (trained, "fine-tuned")):
            run = finish(train(TASK, initial=begin, masks=masks, seed=1, **SETTINGS))
            assert one(zoo, f"{name}, {scope}")["test_error"] == pytest.approx(run.test_error[0, -1], abs=1e-12)
    *_, last = iterative_pruning(TASK, densities=density_path(DENSITIES), seed=[0, 1], **SETTINGS)
    wanted = [row["test_error"] for row in last.rows() if row["density"] == 0.1]
    assert [one(zoo, "iterative", seed=seed)["test_error"] for seed in (0, 1)] == wanted


def test_lost_networks_are_rows_that_say_so():
    methods = ["snip", "iterative"]
    settings = SETTINGS | {"optimizer": "sgd", "step_size": 1e6}
    *_, last = compare_methods(TASK, methods=methods, densities=DENSITIES, seed=[0], **settings)
    assert [(row["status"], row["accuracy"]) for row in last.rows()] == [("diverged", None)] * 4
    assert last.caption == "4 networks trained, 4 diverged."


def test_a_mask_that_cuts_the_network_is_a_warning_in_its_row():
    settings = SETTINGS | {"width": 40, "steps": 2}
    *_, last = compare_methods(TASK, methods=["magnitude"], densities=[0.001], seed=[0], **settings)
    (row,) = last.rows()
    assert row["warning"].endswith("the outputs are constants.")
    assert row["accuracy"] == pytest.approx(0.1, abs=0.03)
    assert last.caption == "1 networks trained, 1 cut in two by their masks."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"methods": ["best"]}, "methods must be one of random, erk, magnitude, lamp, snip, grasp, synflow, after"),
        ({"methods": []}, "methods must hold at least one, got []"),
        ({"methods": "snip"}, "methods must hold at least one, got 'snip'"),
        ({"densities": []}, "densities must hold at least one, got []"),
        ({"densities": [2]}, "density must be above 0 and at most 1, got 2"),
        ({"rewind": 30}, "rewind must be below 30, the number of steps, got 30"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_one_sentence_at_the_call(options, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        compare_methods(TASK, **({"methods": ["snip"], "densities": [0.5]} | SETTINGS | options))
    assert str(caught.value).startswith(sentence)


def test_the_zoo_is_for_classifications():
    with pytest.raises(ValueError, match="task must be a classification by cross-entropy"):
        compare_methods(teacher_student(50), methods=["snip"], densities=[0.5], **SETTINGS)
