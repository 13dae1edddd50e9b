"""Chunks hold every run once, are cut by the grid alone, and hold only what stacks without padding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.training import budget
from scalinglab.training.sweeps.chunks import GPU, LONGER, MULTIPLY_ADDS, PARAMETERS, RUNS, STACKED, _size, chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.tasks.catalogue import build_task

GRIDS = st.fixed_dictionaries(
    {"task": st.sampled_from(["digits", {"name": "digits", "label_noise": [0.0, 0.1]}])},
    optional={
        "network": st.lists(st.sampled_from(["perceptron", "convolution", "attention"]), min_size=1, max_size=3),
        "width": st.lists(st.integers(1, 600), min_size=1, max_size=3),
        "depth": st.lists(st.integers(1, 3), min_size=1, max_size=2),
        "seed": st.integers(1, 300).map(range),
        "samples": st.lists(st.integers(1, 1200), min_size=1, max_size=3),
        "batch_size": st.lists(st.integers(1, 2000), min_size=1, max_size=2),
        "steps": st.integers(1, 10**6),
    },
)


@settings(max_examples=30, deadline=None)
@given(GRIDS, st.sampled_from(["cpu", "cuda"]))
def test_every_run_is_in_one_chunk_of_runs_that_stack(grid, device):
    runs = runs_of(grid)
    chunks = chunks_of(runs, device=device)
    assert sorted(place for chunk in chunks for place in chunk.places) == list(range(len(runs)))
    assert len({chunk.name for chunk in chunks}) == len(chunks)
    factor = GPU if device == "cuda" else 1
    for chunk in chunks:
        some = [runs[place] for place in chunk.places]
        shared = [{name: v for name, v in run.settings.items() if name not in STACKED} for run in some]
        assert all(run.recipe == some[0].recipe for run in some)
        assert all(settings == shared[0] for settings in shared)
        # No network waits for the larger batch of another.
        assert len({min(run.settings["batch_size"], run.settings["samples"]) for run in some}) == 1
        if len(some) > 1:
            assert len(some) <= factor * RUNS
            assert len(some) * _size(some[0])[0] <= factor * PARAMETERS
            longer = 1 if some[0].settings["network"] == "perceptron" else LONGER
            assert len(some) * chunk.work <= factor * longer * MULTIPLY_ADDS


@pytest.mark.parametrize(("network", "width"), [("convolution", 32), ("attention", 24)])
def test_long_runs_of_other_networks_are_not_alone(network, width):
    grid = {"task": "signals", "network": network, "width": width, "steps": 4000, "seed": range(16)}
    assert len(chunks_of(runs_of(grid))) <= 4


@settings(max_examples=10, deadline=None)
@given(GRIDS)
def test_the_same_grid_is_cut_in_the_same_way(grid):
    one, two = (chunks_of(runs_of(grid)) for _ in range(2))
    assert [(chunk.name, chunk.places) for chunk in one] == [(chunk.name, chunk.places) for chunk in two]


@pytest.mark.parametrize(
    "settings",
    [
        {"width": 16},
        {"width": 64, "evaluations": 1000},  # more than steps: after each of them
        {"width": 256, "depth": 2},
        {"task": "text", "evaluations": 100},  # nearly all of the work is to evaluate
        {"task": {"name": "teacher_student", "inputs": 64}, "evaluations": 100},
    ],
)
def test_the_cut_knows_about_how_large_a_network_is_and_how_much_it_computes(settings):
    (run,) = runs_of({"task": "digits"} | settings)
    counted = budget(build_task(run.recipe), **run.settings)
    parameters, work = _size(run)
    # Left out are the biases, the embedding (a tenth of all), and that the first layer passes no gradient on.
    assert parameters == pytest.approx(counted.parameters[0], rel=0.15)
    assert work == pytest.approx(counted.multiply_adds, rel=0.5)
