"""A character language model: an embedding before the stack, trained as in plain PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from scalinglab.training import Task, budget, finish, forward, text, train
from tests.training.plain import parameters_of, plain_training

VOCABULARY, CONTEXT = 7, 3


def chain(samples=300, held_out=80, validation=True):
    """Codes of a made-up language in which the next character is mostly the sum of the last two."""
    generator = np.random.default_rng(0)
    inputs = generator.integers(0, VOCABULARY, (samples + 2 * held_out, CONTEXT))
    labels = (inputs[:, -1] + inputs[:, -2] + (generator.random(len(inputs)) < 0.1)) % VOCABULARY
    parts = np.split(np.arange(len(inputs)), [samples, samples + held_out])
    train_part, test, extra = ((inputs[part], labels[part]) for part in parts)
    held = {"validation_inputs": extra[0], "validation_labels": extra[1]} if validation else {}
    return Task("chain", *train_part, *test, VOCABULARY, vocabulary=VOCABULARY, **held)


@pytest.mark.parametrize("step_sizes", [(0.02, 0.02), (0.02, 0.005)])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_a_stack_with_embeddings_equals_plain_pytorch_at_the_step_sizes_of_its_networks(optimizer, step_sizes):
    settings = {"optimizer": optimizer, "steps": 50, "dtype": "float64", "batch_size": 32}
    stacked = {"width": (9, 5), "seed": (3, 4), "step_size": step_sizes}
    run = train(chain(), **stacked, embedding=4, weight_decay=0.01, **settings)
    first = next(run)
    initial = [first.arrays(network) for network in range(2)]
    last = finish(run)
    for network, (seed, step_size) in enumerate(zip((3, 4), step_sizes, strict=True)):
        own = settings | {"seed": seed, "step_size": step_size, "evaluated": last.evaluated}
        theirs, losses = plain_training(chain(), initial[network], decay=0.01, **own)
        for ours, other in zip(parameters_of(last.arrays(network)), theirs, strict=True):
            np.testing.assert_allclose(ours, other, rtol=0, atol=1e-10)  # rounding of 1e-16 over 50 steps
        np.testing.assert_allclose(last.test_loss[network], losses, rtol=0, atol=1e-10)


def test_forward_computes_what_was_measured_from_the_arrays_of_one_network_and_of_a_stack():
    task = chain()
    run = finish(train(task, width=6, seed=(0, 1), embedding=4, steps=20, dtype="float64"))
    inputs, labels = torch.tensor(task.validation_inputs), torch.tensor(task.validation_labels)
    singles = [[tuple(map(torch.tensor, layer)) for layer in run.arrays(network)] for network in range(2)]
    stacked = [
        tuple(torch.stack(parts) for parts in zip(*layers, strict=True)) for layers in zip(*singles, strict=True)
    ]
    together = forward(stacked, inputs)
    for network, layers in enumerate(singles):
        outputs = forward(layers, inputs)
        torch.testing.assert_close(together[network], outputs, rtol=0, atol=1e-13)
        loss = float(torch.nn.functional.cross_entropy(outputs, labels))
        assert run.validation_loss[network, -1] == pytest.approx(loss, abs=1e-12)
        error = float((outputs.argmax(1) != labels).double().mean())
        assert run.validation_error[network, -1] == pytest.approx(error, abs=1e-12)


def test_the_arrays_that_come_out_go_in_again():
    settings = {"width": 6, "embedding": 4, "batch_size": 300, "seed": (0, 1)}
    whole = finish(train(chain(), steps=20, **settings))
    half = finish(train(chain(), steps=10, **settings))
    rest = finish(train(chain(), steps=10, initial=[half.arrays(0), half.arrays(1)], **settings))
    np.testing.assert_array_equal(whole.test_loss[:, -1], rest.test_loss[:, -1])
    with pytest.raises(ValueError, match=r"^initial must hold an array of the shape \(5, 7\) here, got \(4, 7\)"):
        train(chain(), initial=half.arrays(0), **(settings | {"embedding": 5}))


def test_a_budget_counts_the_embedding_and_the_validation_set():
    settings = {"width": (5, 8), "embedding": 4, "steps": 7, "evaluations": 3, "batch_size": 40}
    counter = FlopCounterMode(display=False)
    with counter:
        run = finish(train(chain(), **settings))
    counted = budget(chain(), **settings)
    padded = budget(chain(), **(settings | {"width": (8, 8)}))
    assert padded.multiply_adds == counter.get_total_flops() / 2  # the stack computes at the width of the widest
    assert counted.parameters == tuple(sum(w.size + b.size for w, b in run.arrays(network)) for network in range(2))


def test_rows_have_the_validation_set_only_where_there_is_one():
    settings = {"width": 4, "embedding": 2, "steps": 3}
    with_one, without = (finish(train(chain(validation=flag), **settings)) for flag in (True, False))
    assert {"validation_loss", "validation_error"} <= set(with_one.rows()[0])
    assert without.validation_loss is None
    assert "validation_loss" not in without.rows()[0]
    np.testing.assert_array_equal(with_one.test_loss, without.test_loss)


def test_masks_masses_and_penalties_leave_the_embedding_to_learn():
    masks = [np.ones((6, CONTEXT * 4)), np.eye(VOCABULARY, 6)]
    run = train(
        chain(),
        width=6,
        embedding=4,
        masks=masks,
        masses=[np.full(6, 0.5)],
        penalty=lambda layers: 0.01 * forward(layers, torch.tensor([[1, 2, 3]])).square().sum((1, 2)),
        steps=20,
        seed=(0, 1),
    )
    before = next(run).arrays(1)[0][0]
    after = finish(run).arrays(1)
    assert (np.abs(after[0][0] - before) > 0).all()
    assert not after[2][0][masks[1] == 0].any()


def test_a_few_hundred_steps_on_real_english_beat_the_frequencies_of_single_characters():
    task = text(50_000, test_samples=2000)
    run = finish(train(task, width=32, optimizer="adam", step_size=0.01, batch_size=256, steps=150, evaluations=2))
    counts = np.bincount(task.train_labels, minlength=task.classes) + 1  # one more of each, as none may have none
    unigram = -np.log(counts / counts.sum())[task.test_labels].mean()
    assert run.test_loss[0, -1] < unigram - 0.3
    assert unigram < math.log(task.classes)
    assert run.test_loss[0, 0] > math.log(task.classes) - 0.2  # untrained networks know nothing
