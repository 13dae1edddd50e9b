"""Pruning in rounds and pruning on the way: by hand, with one network and with many."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scalinglab.pruning import GradualPruning, Masks, density_path, iterative_pruning, magnitude_masks
from scalinglab.training import finish, train
from scalinglab.training.tasks.digits import digits

TASK = digits(200)
SETTINGS = {"width": 10, "depth": 2, "optimizer": "adam", "step_size": 0.003, "steps": 40, "dtype": "float64"}
PATH = [1.0, 0.5, 0.25, 0.1]


def pruned(**changes):
    *_, last = iterative_pruning(TASK, **({"densities": PATH, "seed": range(3)} | SETTINGS | changes))
    return last


@pytest.mark.parametrize("rewind", [0, 15])
@pytest.mark.parametrize("after", ["rewind", "fine-tune"])
def test_rounds_are_what_one_would_do_by_hand(rewind, after):
    ours = pruned(rewind=rewind, after=after, seed=3)
    states = train(TASK, seed=3, **SETTINGS)
    early = next(itertools.islice(states, rewind, None)).arrays(0)
    trained = finish(states) if rewind < SETTINGS["steps"] - 1 else None
    layers, masks = trained.arrays(0), Masks.full([weight.shape for weight, _ in early])
    for number, density in enumerate(PATH[1:], start=1):
        masks = magnitude_masks(layers, round(density * masks.size), within=masks)
        assert masks == ours.masks[0][number]
        begin = early if after == "rewind" else layers
        run = finish(train(TASK, seed=3, start=rewind, initial=begin, masks=masks, **SETTINGS))
        layers, row = run.arrays(0), ours.rows()[number]
        assert row["test_error"] == run.test_error[0, -1]
        assert row["train_loss"] == pytest.approx(run.train_loss[0, -1], rel=1e-12)
        assert row["steps"] == 40 + number * (40 - rewind)
    for one, other in zip(ours.rewound[0], early, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    for one, other in zip(ours.trained[0], layers, strict=True):
        np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-13)


def test_masks_are_nested_and_exact():
    last = pruned()
    for mine in last.masks:
        assert [masks.kept for masks in mine] == [round(density * 840) for density in PATH]
        for large, small in itertools.pairwise(mine):
            assert small.within(large)


def test_a_stack_is_its_networks_one_by_one():
    together = pruned(seed=[4, 5], width=[10, 7])
    for place, (seed, width) in enumerate([(4, 10), (5, 7)]):
        alone = pruned(seed=seed, width=width)
        assert together.masks[place] == alone.masks[0]
        mine = [row for row in together.rows() if row["network"] == place]
        for one, other in zip(mine, alone.rows(), strict=True):
            assert one == other | {"network": place, "train_loss": one["train_loss"], "test_loss": one["test_loss"]}
            assert one["test_loss"] == pytest.approx(other["test_loss"], rel=1e-9)


def test_networks_with_labels_of_their_own_are_pruned_each_by_its_own():
    labels = np.stack([TASK.train_labels, np.random.default_rng(0).permutation(TASK.train_labels)])
    both, alone = pruned(labels=labels, seed=[0, 0]), pruned(seed=0)
    assert both.masks[0] == alone.masks[0]
    assert both.masks[1][0] == alone.masks[0][0]
    assert both.masks[1][1:] != alone.masks[0][1:]


def test_a_network_that_diverges_has_a_last_row_that_says_so_and_the_others_go_on():
    last = pruned(optimizer="sgd", step_size=[0.05, 1e6, 0.05], seed=[0, 1, 2])
    rows = [row for row in last.rows() if row["network"] == 1]
    assert [(row["status"], row["test_error"], row["round"]) for row in rows] == [("diverged", None, 0)]
    assert last.caption == "1 of 3 networks diverged."
    alone = pruned(optimizer="sgd", step_size=0.05, seed=[0, 2])
    assert last.masks[2] == alone.masks[1]
    assert len([row for row in last.rows() if row["network"] == 2]) == len(PATH)


def test_a_run_in_which_all_diverge_ends():
    last = pruned(optimizer="sgd", step_size=1e6)
    assert len(last.rows()) == 3
    assert {row["status"] for row in last.rows()} == {"diverged"}


def test_progress_goes_up_to_its_end():
    states = list(iterative_pruning(TASK, densities=PATH, rewind=10, **SETTINGS))
    done = [state.done for state in states]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, states[-1].total)
    assert states[-1].total == 40 + 3 * 30
    rows = {state.done: len(state.rows()) for state in states}
    assert [rows[done] for done in (39, 40, 69, 70, 130)] == [0, 1, 1, 2, 4]


def test_a_density_path_goes_through_all_densities_in_equal_small_steps():
    path = density_path([0.5, 0.05, 1.0], fraction=0.2)
    assert {1.0, 0.5, 0.05} <= set(path)
    ratios = [below / above for above, below in itertools.pairwise(path)]
    assert min(ratios) >= 0.8 - 1e-12
    assert max(ratios) < 0.86
    assert density_path([0.8**3], fraction=0.2) == pytest.approx([1, 0.8, 0.64, 0.512])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"densities": []}, "densities must be at least one, falling, got []"),
        ({"densities": [0.5, 0.5]}, "densities must be at least one, falling, got [0.5, 0.5]"),
        ({"densities": [1, 0]}, "density must be above 0 and at most 1, got 0"),
        ({"rewind": 40}, "rewind must be below 40, the number of steps, got 40"),
        ({"after": "sleep"}, "after must be one of rewind, fine-tune, got 'sleep'"),
        ({"scope": "all"}, "scope must be one of global, layer, erk, lamp, got 'all'"),
        ({"masks": []}, "settings must not hold masks, got []"),
        ({"width": 0}, "width must be positive, got 0"),
    ],
)
def test_a_pruning_that_makes_no_sense_is_one_sentence_at_the_call(changes, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        iterative_pruning(TASK, **({"densities": PATH} | SETTINGS | changes))
    assert str(caught.value) == sentence


def test_gradual_pruning_follows_its_cubic_and_never_revives():
    pruning = GradualPruning(density=[0.2, 0.05], begin=5, end=35, every=10)
    counts, before = {}, None
    for state in train(TASK, masks=pruning, seed=range(2), **SETTINGS):
        now = [Masks(weight != 0 for weight, _ in state.arrays(network)) for network in range(2)]
        assert before is None or all(mine.within(old) for mine, old in zip(now, before, strict=True))
        counts[state.step], before = [mine.kept for mine in now], now
    for step, share in [(6, 0), (16, 1 / 3), (26, 2 / 3), (36, 1), (40, 1)]:
        wanted = [round(840 * (1 - (1 - density) * (1 - (1 - share) ** 3))) for density in (0.2, 0.05)]
        assert counts[step] == wanted


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"density": 0}, "density must be above 0 and at most 1, got 0.0"),
        ({"density": [0.1, 2]}, "density must be above 0 and at most 1, got 2.0"),
        ({"begin": 30}, "end must be above begin, 30, got 30"),
        ({"every": 0}, "every must be positive, got 0"),
        ({"scope": "all"}, "scope must be one of global, layer, erk, lamp, got 'all'"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_one_sentence(options, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        GradualPruning(**({"density": 0.1, "end": 30} | options))
    assert str(caught.value) == sentence
