"""Networks over a grid: outcomes, pruned accuracies, the cached table, and what its rows say together."""

from __future__ import annotations

import itertools
import math
import random
import tomllib

import numpy as np
import pytest
import torch

from scalinglab import tables
from scalinglab.cli import main
from scalinglab.heavy_tails import (
    MEASURES,
    best_k_error,
    dependence_over_widths,
    layer_statistics,
    network_outcome,
    node_error,
    pruned_accuracy,
    run_statistics,
    singular_value_error,
    tail_index,
    train_layers,
)
from scalinglab.heavy_tails.compressibility import prune
from scalinglab.heavy_tails.dependence import column_dependence
from scalinglab.pruning import keep_nodes
from scalinglab.tables import read_order, table
from scalinglab.training import digits, finish, sweep, teacher_student, text, train
from scalinglab.training.sweeps.grids import runs_of

TABLE = "digits_tails"


def measured(grid):
    return sweep(grid, measure=MEASURES["layers"], progress=False).rows()


@pytest.fixture(scope="module")
def trained():
    return finish(train(digits(300), width=24, depth=2, step_size=[0.3, 50.0], seed=[0, 0], batch_size=10, steps=400))


def plain_answers(layers, inputs):
    """A network by hand, one layer after the other."""
    for number, (weight, bias) in enumerate(layers):
        inputs = inputs @ weight.T + bias
        inputs = np.maximum(inputs, 0) if number < len(layers) - 1 else inputs
    return inputs.argmax(1)


@pytest.mark.parametrize("method", ["magnitude", "node", "singular values"])
@pytest.mark.parametrize("density", [1.0, 0.3])
def test_pruned_accuracy_is_that_of_the_network_by_hand(trained, method, density):
    layers, task = trained.arrays(0), digits(300)
    if method == "node":  # 24 hidden units in each of two layers, of which so many are left
        pruned = keep_nodes(layers, math.ceil(24 * density), score="incoming")
    else:
        pruned = [(prune(weight, density, method=method), bias) for weight, bias in layers]
    right = (plain_answers(pruned, task.test_inputs) == task.test_labels).mean()
    found = pruned_accuracy(layers, task.test_inputs, task.test_labels, density=density, method=method)
    assert found == pytest.approx(right, abs=1e-12)
    if density == 1:
        assert 1 - found == pytest.approx(trained.test_error[0, -1], abs=1e-6)


def test_statistics_are_those_of_the_weights(trained):
    layers = trained.arrays(0)
    rows = layer_statistics(layers)
    assert [row["layer"] for row in rows] == [1, 2, 3]
    weight = layers[1][0]
    assert rows[1]["weights"] == weight.size == 576
    assert rows[1]["characteristic"] == tail_index(weight.ravel(), method="characteristic").alpha
    assert rows[1]["hill"] == tail_index(weight.ravel(), method="hill").alpha
    assert rows[1]["magnitude"] == best_k_error(weight, 0.1)
    # Nodes are the 24 units of each hidden layer: neither the 64 pixels nor the ten outputs.
    assert [row["node"] for row in rows[:2]] == [node_error(layers[number][0].T, 0.1) for number in (0, 1)]
    assert rows[2]["node"] == node_error(layers[2][0], 0.1)
    assert rows[1]["singular"] == singular_value_error(weight, 0.1)
    normal = layer_statistics([(np.random.default_rng(0).standard_normal((200, 200)), np.zeros(200))])[0]
    assert normal["kurtosis"] == pytest.approx(3, abs=0.1)
    assert normal["prunable"] == pytest.approx(0.2653, abs=0.005)
    assert normal["characteristic"] == pytest.approx(2, abs=0.02)


def test_a_layer_that_a_method_cannot_read_has_no_number_there():
    mostly_dead = np.zeros((20, 20))
    mostly_dead[0] = np.arange(20)
    (row,) = layer_statistics([(mostly_dead, np.zeros(20))])
    assert np.isnan(row["characteristic"])
    assert np.isnan(row["block"])
    assert row["prunable"] > 0.9


def test_outcomes():
    assert network_outcome(float("nan"), 0.5) == "diverged"
    assert network_outcome(2.3, 0.1) == "died"
    assert network_outcome(0.02, 1.0) == "unfinished"
    assert network_outcome(1e-3, 1.0) == "fitted"


def test_a_run_that_diverged_has_an_outcome_and_no_numbers(trained):
    alive, gone = (run_statistics(digits(300), trained, network) for network in (0, 1))
    assert alive.keys() == gone.keys()
    assert alive["outcome"] in ("fitted", "unfinished")
    assert gone.pop("outcome") == "diverged"
    assert set(gone.values()) == {None}


def test_kernels_are_measured_as_matrices_with_a_row_for_each_channel():
    run = finish(
        train(digits(100), network="convolution", width=8, step_size=[0.1, 1e9], seed=[0, 0], batch_size=10, steps=9)
    )
    found, gone = (run_statistics(digits(100), run, network) for network in (0, 1))
    weights = run.weights(0)
    assert [weight.shape for weight in weights] == [(8, 1, 5), (8, 8, 3), (8, 8, 3), (10, 64)]
    for number, weight in enumerate(weights, start=1):
        assert found[f"characteristic_{number}"] == tail_index(weight.ravel(), method="characteristic").alpha
        assert found[f"singular_{number}"] == singular_value_error(weight.reshape(len(weight), -1), 0.1)
    # Nodes are channels of a convolution, and what the last layer sees of them.
    assert found["node_2"] == node_error(weights[1].reshape(8, 24).T, 0.1)
    assert found["node_4"] == node_error(weights[3], 0.1)
    answers = run.module(0).double()(torch.tensor(digits(100).train_inputs)).argmax(-1).numpy()
    assert found["train_accuracy"] == (answers == digits(100).train_labels).mean()
    assert gone.keys() == found.keys()
    assert gone.pop("outcome") == "diverged"
    assert set(gone.values()) == {None}


def test_inputs_that_are_codes_are_refused_before_any_training():
    codes = text(100, test_samples=50)
    for call in (
        lambda: measured({"task": {"name": "text", "samples": 100}}),
        lambda: train_layers(codes, step_sizes=[1]),
    ):
        with pytest.raises(ValueError, match="task must be a classification of inputs that are not codes"):
            call()


def test_only_classifiers_have_outcomes():
    run = finish(train(teacher_student(64), width=8, steps=2))
    with pytest.raises(ValueError, match="task must be a classification"):
        run_statistics(teacher_student(64), run, 0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: layer_statistics([]), "layers must hold at least one"),
        (lambda: layer_statistics([(np.ones((9, 9)), np.ones(9))]), "layers must hold different values"),
        (lambda: layer_statistics([(np.eye(6), np.ones(6))]), "layers must hold at least 40 points, got 36"),
        (lambda: layer_statistics([(np.eye(9), np.ones(9))], density=0), "density must be above 0"),
        (
            lambda: pruned_accuracy([(np.eye(2), np.ones(2))], np.ones((1, 2)), [0], density=2),
            "density must be above 0",
        ),
        (lambda: measured({"task": "digits", "width": 0}), "width"),
        (
            lambda: sweep({"task": "digits", "network": "attention"}, measure=MEASURES["averages"], progress=False),
            "network must be perceptron here, got 'attention'",
        ),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_sweep_has_the_rows_of_single_runs():
    grid = {
        "task": {"name": "digits", "samples": 200},
        "width": 16,
        "batch_size": [5, 20],
        "step_size": [0.2, 0.5],
        "steps": 60,
    }
    rows = measured(grid)
    assert [(row["batch_size"], row["step_size"]) for row in rows] == list(itertools.product([5, 20], [0.2, 0.5]))
    alone = finish(train(digits(200), width=16, batch_size=20, step_size=0.5, steps=60, evaluations=2))
    found = run_statistics(digits(200), alone, 0)
    for name, value in found.items():
        assert rows[3][name] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-4, abs=0.01)), name


def test_the_command_writes_a_measured_table(tmp_path, capsys):
    order = '[table]\nmeasure = "layers"\n'
    grid = 'task = "digits"\nwidth = 8\nsteps = 20\nstep_size = [0.1, 0.2]\n'
    (tmp_path / "made.toml").write_text(grid + order)
    assert main(["sweep", str(tmp_path / "made.toml"), "--quiet"]) == 0
    assert "2 rows. Written to" in capsys.readouterr().out
    assert '"characteristic_1": [' in (tmp_path / "made.json").read_text()
    (tmp_path / "made.toml").write_text(grid + order + 'columns = ["width", "colour"]\n')
    assert main(["sweep", str(tmp_path / "made.toml"), "--quiet"]) == 2
    assert "columns must be among" in capsys.readouterr().err


def test_a_row_of_the_table_at_random_is_found_again():
    """As close as rounding lets it be: training at a large step multiplies it, more on other processors.

    The measure is the difference between float32 and float64 for some seeds, three times, and one standard deviation
    over these seeds for what they did not show. Control runs see all samples in each step, and take too long here.
    """
    runs = runs_of(read_order(tables.FOLDER / f"{TABLE}.toml").grid)
    draw = random.randrange(2**32)
    noisy = [place for place, run in enumerate(runs) if run.settings["batch_size"] < 500]
    place = random.Random(draw).choice(noisy)
    row, run = table(TABLE)[place], runs[place]
    seeds = [run.settings["seed"], *range(10**6, 10**6 + 4)]
    task = {key: value for key, value in run.recipe.items()}
    made = measured({"task": task} | run.settings | {"seed": seeds, "dtype": ["float32", "float64"]})
    single, double = ([one for one in made if one["dtype"] == dtype] for dtype in ("float32", "float64"))
    outcomes = {one["outcome"] for one in made}
    where = f"row {place}, drawn with {draw}"
    assert row["outcome"] in outcomes, where
    if len(outcomes) > 1:  # at the edge, rounding decides what becomes of a run
        return
    for name, value in row.items():
        if isinstance(single[0][name], float) and name not in run.row:
            pairs = [(one[name], two[name]) for one, two in zip(single, double, strict=True)]
            if value is None or any(None in pair for pair in pairs):
                continue
            tolerance = 3 * max(abs(one - two) for one, two in pairs) + np.std([one for one, _ in pairs], ddof=1)
            assert value == pytest.approx(single[0][name], rel=1e-3, abs=tolerance + 1e-3), f"{name} of {where}"


def test_the_table_holds_every_run_with_its_outcome():
    grids = tomllib.loads((tables.FOLDER / f"{TABLE}.toml").read_text())["grid"]
    rows = table(TABLE)
    assert len(rows) == 4 * 12 * 3 + 12
    assert len(grids) == 2
    for row in rows:
        expected = (
            "diverged" if row["train_loss"] is None else network_outcome(row["train_loss"], row["train_accuracy"])
        )
        assert row["outcome"] == expected
        assert (row["characteristic_1"] is None) == (expected == "diverged")


KERNELS = "signals_tails"


def test_a_row_of_the_kernels_at_random_is_found_again():
    """On another processor, training at a large step makes another seed of rounding: seeds tell how far off it may be.

    That is five standard deviations: of the other seeds of this setting, or within the settings of its batch size.
    """
    runs, rows = runs_of(read_order(tables.FOLDER / f"{KERNELS}.toml").grid), table(KERNELS)
    draw = random.randrange(2**32)
    place = random.Random(draw).randrange(len(rows))
    row, run, where = rows[place], runs[place], f"row {place}, drawn with {draw}"
    (made,) = measured({"task": run.recipe} | run.settings)
    batch = [other for other in rows if other["batch_size"] == row["batch_size"]]
    settings = [list(group) for _, group in itertools.groupby(batch, key=lambda other: other["step_size"])]
    (beside,) = [group for group in settings if row in group]
    assert made["outcome"] in {other["outcome"] for other in beside}, where
    if {other["outcome"] for other in beside} != {"fitted"}:  # at the edge, rounding decides what becomes of a run
        return
    fitted = [group for group in settings if {other["outcome"] for other in group} == {"fitted"}]
    for name in [name for name, value in row.items() if isinstance(value, float) and name not in run.row]:
        spreads = [np.var([other[name] for other in group], ddof=1) for group in (beside, *fitted)]
        tolerance = 5 * float(max(spreads[0], np.mean(spreads[1:]))) ** 0.5
        assert row[name] == pytest.approx(made[name], rel=1e-4, abs=tolerance), f"{name} of {where}"


def test_the_table_of_kernels_holds_every_run_with_its_outcome():
    rows = table(KERNELS)
    assert len(rows) == 4 * 8 * 3
    for row in rows:
        gone = row["train_loss"] is None
        assert row["outcome"] == ("diverged" if gone else network_outcome(row["train_loss"], row["train_accuracy"]))
        assert (row["characteristic_2"] is None) == gone


def layers_over_seeds(width, *, scaling, step_size, seeds=24, steps=1000):
    """First weights of networks that differ in their seeds alone, units as columns."""
    settings = {"batch_size": 5, "steps": steps, "seed": range(seeds), "scaling": scaling, "evaluations": 2}
    run = finish(train(digits(300), width=width, step_size=step_size, **settings))
    return np.stack([run.arrays(network)[0][0].T for network in range(seeds)])


@pytest.mark.parametrize("scaling", ["standard", "mean-field"])
def test_columns_of_a_layer_become_independent_as_it_grows(scaling):
    """At a moderate step units repel each other, by a part of the most that so many columns can: -1 / (width - 1)."""
    found = {width: column_dependence(layers_over_seeds(width, scaling=scaling, step_size=0.5)) for width in (16, 128)}
    for width, dependence in found.items():
        assert -1 / (width - 1) < dependence.vectors < -0.1 / width
    assert found[128].vectors / found[16].vectors < 0.25


def test_dependence_is_streamed_and_widths_whose_networks_diverge_have_no_rows():
    runs = list(dependence_over_widths(digits(100), widths=[4, 8], runs=4, steps=10, step_size=0.1))
    assert [run.done for run in runs] == [*range(1, 11), 10, *range(11, 21), 20]
    assert {row["width"] for row in runs[-1].rows()} == {4, 8}
    assert "width 8" in runs[-1].caption
    *_, lost = dependence_over_widths(digits(100), widths=[4], runs=4, steps=30, step_size=1e4)
    assert lost.rows() == []
    assert lost.caption == ""


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: train_layers(digits(100), step_sizes=[]), "step_sizes must hold at least one number"),
        (lambda: train_layers(digits(100), step_sizes=[0.0]), "step_sizes must be positive, got 0.0"),
        (lambda: train_layers(digits(100), step_sizes=[0.1], looks=0), "looks must be positive, got 0"),
        (lambda: train_layers(teacher_student(64), step_sizes=[0.1]), "task must be a classification"),
        (lambda: train_layers(digits(100), step_sizes=[0.1], batch_size=0), "batch_size must be positive, got 0"),
        (lambda: train_layers(digits(100), step_sizes=[1], network="attention"), "network must be perceptron here"),
        (lambda: dependence_over_widths(digits(100), widths=[8], network="attention"), "network must be perceptron"),
        (lambda: dependence_over_widths(digits(100), widths=[]), "widths must hold numbers of at least 2"),
        (lambda: dependence_over_widths(digits(100), widths=[8], batch_size=0), "batch_size must be positive, got 0"),
    ],
)
def test_streams_refuse_bad_arguments_at_the_call(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_at_too_large_a_step_their_lengths_go_up_and_down_together_at_any_width():
    dependence = column_dependence(layers_over_seeds(128, scaling="mean-field", step_size=2.0))
    assert dependence.lengths > 2 * dependence.lengths_error
    assert dependence.lengths > 0.01
