"""What a run is said to need before it starts is what it then holds."""

from __future__ import annotations

import gc
import itertools

import numpy as np
import pytest
import torch

from scalinglab.training import Task, memory, train
from scalinglab.training.memory import slice_lengths
from tests.training.test_language import chain


def noise(inputs, train_samples, test_samples, *, validation=False):
    generator = np.random.default_rng(0)

    def part(samples):
        return generator.normal(size=(samples, inputs)), generator.integers(0, 5, samples)

    held = dict(zip(("validation_inputs", "validation_labels"), part(test_samples), strict=True)) if validation else {}
    return Task("noise", *part(train_samples), *part(test_samples), 5, **held)


def masks_and_masses(width, inputs):
    return {"masks": [np.ones((width, inputs)), np.ones((5, width))], "masses": [np.ones(width)]}


BYTES_NEEDED = memory.bytes_needed
ADAM = {"optimizer": "adamw", "step_size": np.linspace(0.001, 0.01, 40), "seed": range(40)}
RUNS = {
    "many tests": (noise(2, 50, 5000), {"width": 2, "seed": range(400)}),
    "deep, with validation": (noise(4, 300, 700, validation=True), {"width": 8, "depth": 12, "seed": range(50)}),
    "much data": (noise(100, 20_000, 3000), {"width": 4}),
    "large batches": (noise(4, 2000, 50), {"width": 8, "batch_size": 2000, "seed": range(20)}),
    "adam and masses": (noise(64, 300, 50), {"width": 64, **ADAM, **masks_and_masses(64, 64)}),
    "own data": (noise(30, 3000, 50), {"width": 3, "resample": True, "seed": range(60), "dtype": "float64"}),
    "embedding": (chain(), {"width": 5, "embedding": 30, "seed": range(50)}),
}


def bytes_held():
    """Bytes behind all tensors that are alive."""
    things = gc.get_objects()
    kinds = {kind for kind in set(map(type, things)) if issubclass(kind, torch.Tensor)}
    tensors = [thing for thing in things if type(thing) in kinds]
    return sum({part.data_ptr(): part.nbytes() for part in (t.untyped_storage() for t in tensors)}.values())


@pytest.mark.parametrize("name", RUNS)
def test_a_run_holds_no_more_than_was_said_and_not_much_less(name, monkeypatch):
    task, settings = RUNS[name]
    said = []

    def heard(*given, **more):
        said.append(BYTES_NEEDED(*given, **more))
        return said[-1]

    monkeypatch.setattr(memory, "bytes_needed", heard)
    gc.collect()
    before = bytes_held()
    run = train(task, steps=3, **settings)
    next(itertools.islice(run, 2, None))
    held = bytes_held() - before
    # What is said also counts what is no tensor (orders of samples, objects) and temporaries, which are gone by now.
    assert held < said[0] < 8 * held


@pytest.mark.parametrize("examples", [1, 255, 256, 257, 597, 1001, 20_000])
def test_slices_are_as_long_as_was_said(examples):
    parts = torch.zeros(examples).tensor_split(-(-examples // 256))
    assert {len(part) for part in parts} == slice_lengths(examples)
    assert max(slice_lengths(examples)) <= 256
