"""Bring your own module: what cannot be trained is one sentence at the call, and the others are modules of PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.training import (
    Task,
    build_network,
    digits,
    finish,
    load_networks,
    save_networks,
    sweep,
    train,
    weight_names,
)
from tests.training.networks.modules import Residual, bumps

TASK = bumps()


def sequential(*between, width=None):
    return lambda w, inputs, outputs: nn.Sequential(nn.Linear(inputs, w), *between, nn.Linear(w, width or outputs))


class Changed(nn.Module):
    """A linear network whose outputs are changed by a function."""

    def __init__(self, inputs, outputs, change):
        super().__init__()
        self.linear, self.change = nn.Linear(inputs, outputs), change

    def forward(self, inputs):
        return self.change(self.linear(inputs))


def changed(change):
    return lambda _, inputs, outputs: Changed(inputs, outputs, change)


def into_new(outputs):
    table = torch.zeros(outputs.shape)
    table[:, 0] = outputs[:, 0]
    return table


class Frozen(nn.Module):
    def __init__(self, width, inputs, outputs):
        super().__init__()
        self.first, self.last = nn.Linear(inputs, width).requires_grad_(False), nn.Linear(width, outputs)

    def forward(self, inputs):
        return self.last(self.first(inputs))


class Recurrent(nn.Module):
    def __init__(self, width, outputs):
        super().__init__()
        self.reader, self.last = nn.GRU(4, width, batch_first=True), nn.Linear(width, outputs)

    def forward(self, inputs):
        return self.last(self.reader(inputs.unflatten(1, (10, 4)))[0][:, -1])


class DrawnBuffer(nn.Module):
    def __init__(self, width, inputs, outputs):
        super().__init__()
        self.register_buffer("features", torch.randn(inputs, width))
        self.last = nn.Linear(width, outputs)

    def forward(self, inputs):
        return self.last(inputs @ self.features)


def raising(width, inputs, outputs):
    raise KeyError("nothing here")


BAD = {
    "no module": (lambda *_: "a network", "return a torch.nn.Module, got 'a network'"),
    "a module": (nn.Linear(40, 5), "be a function that makes a module, as each network is one of its own, got Linear"),
    "raises": (raising, "make a module from .*, got KeyError: 'nothing here'"),
    "takes no width": (lambda: nn.Linear(1, 1), "make a module from .*, got TypeError"),
    "no parameters": (lambda *_: nn.ReLU(), "have parameters, got 'a module with none'"),
    "wrong shape": (sequential(width=3), r"into outputs of the shape \(8, 5\), got \(8, 3\)"),
    "one output": (changed(lambda outputs: outputs[:, 0]), r"into outputs of the shape \(8, 5\), got \(8,\)"),
    "no tensor": (changed(lambda outputs: 1.0), "return a tensor, got 1.0"),
    "in place": (changed(into_new), "run in a stack by torch.func.vmap, without writing in place to"),
    "looks at numbers": (changed(lambda outputs: outputs if outputs.sum() > 0 else -outputs), "by torch.func.vmap"),
    "nan": (changed(lambda outputs: outputs / 0 * 0), "have finite outputs at the start, got nan"),
    "infinite": (changed(lambda outputs: outputs / 0), "have finite outputs at the start, got -?inf"),
    "dropout": (sequential(nn.Dropout(0.5)), "draw no random numbers, as dropout does"),
    "batch normalisation": (sequential(nn.BatchNorm1d(4)), "no buffers that training changes"),
    "batch statistics": (sequential(nn.BatchNorm1d(4, track_running_stats=False)), "each example by itself"),
    "mixes": (changed(lambda outputs: outputs - outputs.mean(0)), "treat each example by itself"),
    "lazy": (lambda w, i, o: nn.LazyLinear(o), "have parameters whose shapes it knows from the start, .* got 'weight'"),
    "recurrent": (lambda w, i, o: Recurrent(w, o), "run in a stack by torch.func.vmap, got .*atching rule not impl"),
    "frozen": (Frozen, "have parameters that all learn"),
    "drawn buffer": (DrawnBuffer, "have no buffers that are drawn, got 'features'"),
    "complex": (lambda _, i, o: nn.Linear(i, o, dtype=torch.complex64), "have parameters that are real numbers"),
    "detached": (changed(lambda outputs: outputs.detach()), "have outputs that depend on its parameters"),
    "no word": ("perceptrons", "be one of perceptron, convolution, attention, or a function"),
    "no function": (3, "be one of perceptron, convolution, attention, or a function"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_trained_is_one_sentence_at_the_call(name):
    network, sentence = BAD[name]
    with pytest.raises(ValueError, match=f"^network must .*{sentence}") as caught:
        train(TASK, network=network, width=4)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        *((network, {"scaling": "mean-field"}) for network in ("convolution", "attention", Residual)),
        *((network, {"masses": [np.ones(4)]}) for network in ("convolution", "attention", Residual)),
        ("convolution", {"depth": 2}),
        (Residual, {"depth": 2}),
        (Residual, {"activation": "tanh"}),
    ],
)
def test_what_only_perceptrons_have_is_refused_for_others(network, settings):
    (name,) = settings
    with pytest.raises(ValueError, match=f"^{name} must be .*, the default, for "):
        train(TASK, network=network, width=4, **settings)


def test_in_place_on_what_the_module_made_itself_is_no_trouble():
    run = finish(train(TASK, network=sequential(nn.ReLU(inplace=True)), width=4, steps=3))
    assert np.isfinite(run.test_loss).all()


def test_a_network_depends_on_its_own_settings_alone_and_not_on_the_generator_of_torch():
    given = {"network": Residual, "optimizer": "adam", "step_size": 0.01, "steps": 20, "dtype": "float64"}
    torch.manual_seed(5)
    before = torch.get_rng_state()
    together = finish(train(TASK, width=[3, 5, 3], seed=[0, 1, 2], **given))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(6)
    alone = finish(train(TASK, width=3, seed=2, **given))
    for name, array in alone.arrays(0).items():
        # The same products in batches of other sizes: rounding.
        np.testing.assert_allclose(together.arrays(2)[name], array, rtol=0, atol=1e-12)
    assert not np.allclose(together.arrays(0)["last.weight"], together.arrays(2)["last.weight"])


def test_one_that_diverges_is_put_aside_and_the_others_go_on():
    given = {"network": "attention", "width": 4, "optimizer": "momentum", "steps": 30, "dtype": "float64"}
    run = finish(train(TASK, step_size=[0.01, 1e6, 0.02], seed=[0, 1, 2], **given))
    assert (run.diverged_at >= 0).tolist() == [False, True, False]
    alone = finish(train(TASK, step_size=0.02, seed=2, **given))
    np.testing.assert_allclose(run.test_loss[2], alone.test_loss[0], rtol=0, atol=1e-12)
    assert set(run.arrays(1)) == set(run.arrays(0))


def test_a_penalty_is_asked_for_each_width_and_its_gradient_counts():
    decay, given = 0.05, {"network": Residual, "width": [3, 5, 3], "seed": [0, 1, 2], "steps": 10, "dtype": "float64"}

    def half_of_the_squares(parameters):
        return decay / 2 * sum(part.view(len(part), -1).square().sum(1) for part in parameters.values())

    plain = finish(train(TASK, weight_decay=decay, **given))
    penalized = finish(train(TASK, penalty=half_of_the_squares, **given))
    np.testing.assert_allclose(penalized.test_loss, plain.test_loss, rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match=r"^penalty must return a differentiable tensor of the shape \(2,\)"):
        finish(train(TASK, penalty=lambda parameters: parameters["last.bias"].sum(), **given))


@pytest.mark.parametrize("network", ["convolution", "attention", Residual])
def test_arrays_go_to_a_file_and_back_into_a_run(network, tmp_path):
    given = {"network": network, "width": [4, 5], "seed": [0, 1], "dtype": "float64"}
    run = finish(train(TASK, steps=3, **given))
    found = [run.arrays(place) for place in range(2)]
    save_networks(tmp_path / "networks", found, {"step": 3})
    loaded = load_networks(tmp_path / "networks").networks
    again = next(train(TASK, steps=3, initial=loaded, **given))
    for place in range(2):
        assert list(loaded[place]) == list(found[place])
        for name, array in again.arrays(place).items():
            np.testing.assert_array_equal(array, found[place][name])
    np.testing.assert_array_equal(again.test_loss[:, 0], run.test_loss[:, -1])


@pytest.mark.parametrize("network", ["convolution", "attention", Residual])
def test_one_network_is_a_module_that_puts_out_what_the_stack_does(network):
    given = {"network": network, "width": 4, "seed": 3, "dtype": "float64"}
    run = next(train(TASK, **given))
    module = build_network(TASK, **given)
    with torch.no_grad():
        outputs = module(torch.tensor(TASK.test_inputs))
    loss = nn.functional.cross_entropy(outputs, torch.tensor(TASK.test_labels))
    assert float(loss) == pytest.approx(run.test_loss[0, 0], abs=1e-12)
    named = dict(module.named_parameters())
    for name, weight in zip(weight_names(module), run.weights(0), strict=True):
        np.testing.assert_array_equal(named[name].detach().numpy(), weight)


def test_initial_parameters_of_another_network_are_refused():
    arrays = next(train(TASK, network="convolution", width=4)).arrays(0)
    with pytest.raises(ValueError, match=r"^initial must hold an array of the shape \(5, 1, 5\) here, got \(4, 1, 5\)"):
        train(TASK, network="convolution", width=5, initial=arrays)
    with pytest.raises(ValueError, match=r"^initial must have the names pieces.weight, "):
        train(TASK, network="attention", width=4, initial=arrays)
    with pytest.raises(ValueError, match=r"^initial must be a list of \(weight, bias\)"):
        train(TASK, width=4, initial=arrays)
    with pytest.raises(ValueError, match=r"^initial must be a dict from the names"):
        train(TASK, network="convolution", width=4, initial=[(np.ones((4, 40)), np.ones(4))])


def test_a_sweep_takes_words_and_says_why_it_takes_no_function():
    grid = {"task": "digits", "width": [3, 4], "network": ["perceptron", "convolution", "attention"], "steps": 3}
    rows = sweep(grid, progress=False).rows()
    assert [row["status"] for row in rows] == ["done"] * 6
    assert {row["network"] for row in rows} == {"perceptron", "convolution", "attention"}
    (own,) = (row for row in rows if row["network"] == "convolution" and row["width"] == 4)
    alone = finish(train(digits(), network="convolution", width=4, steps=3, evaluations=2))
    assert own["test_loss"] == pytest.approx(alone.test_loss[0, -1], abs=1e-6)  # float32
    assert own["parameters"] == sum(array.size for array in alone.arrays(0).values())
    with pytest.raises(ValueError, match=r"^network must be one of perceptron, .* as a function has no name"):
        sweep(grid | {"network": Residual}, progress=False)


def changed_task(**changes):
    parts = {name: getattr(TASK, name) for name in ("train_inputs", "train_labels", "test_inputs", "test_labels")}
    return Task("changed", **({**parts, "classes": TASK.classes} | changes))


two = {"train_labels": TASK.train_labels % 2, "test_labels": TASK.test_labels % 2, "classes": 2}
real = {f"{part}_labels": getattr(TASK, f"{part}_inputs")[:, :2] for part in ("train", "test")} | {"classes": None}
ALSO = {
    "regression": (changed_task(**real), {}),
    "logit": (changed_task(**two, logit=True), {}),
    "weights": (changed_task(train_weights=np.linspace(1, 2, 120)), {}),
    "validation": (changed_task(validation_inputs=TASK.test_inputs, validation_labels=TASK.test_labels), {}),
    "drawn": (TASK, {"resample": True, "samples": 70}),
    "fewer": (TASK, {"samples": [30, 70], "batch_size": 50}),
    "cosine": (TASK, {"schedule": "cosine"}),
    "labels": (TASK, {"labels": [TASK.train_labels, (TASK.train_labels + 1) % 5]}),
    "masks later": (TASK, {"masks": lambda run: list(map(halved, run.weights(1))) if run.step == 5 else None}),
}


def halved(weight):
    return np.arange(weight.size).reshape(weight.shape) % 2


@pytest.mark.parametrize("name", ALSO)
@pytest.mark.parametrize("network", ["convolution", "attention", Residual])
def test_all_that_a_run_can_be_given_counts_for_each_network_as_if_it_were_alone(network, name):
    task, settings = ALSO[name]
    given = {"network": network, "steps": 12, "dtype": "float64", "optimizer": "momentum", "step_size": 0.02}
    widths = [5, 5] if name == "masks later" else [3, 5]  # masks are of one shape
    together = finish(train(task, width=widths, seed=[0, 1], **given, **settings))
    own = {key: value[1] if key == "samples" and isinstance(value, list) else value for key, value in settings.items()}
    own |= {"labels": settings["labels"][1:]} if "labels" in settings else {}
    own |= {"masks": lambda run: list(map(halved, run.weights(0))) if run.step == 5 else None} if "masks" in own else {}
    alone = finish(train(task, width=5, seed=1, **given, **own))
    np.testing.assert_allclose(together.test_loss[1], alone.test_loss[0], rtol=0, atol=1e-11)
    for key, array in alone.arrays(0).items():
        np.testing.assert_allclose(together.arrays(1)[key], array, rtol=0, atol=1e-11)
