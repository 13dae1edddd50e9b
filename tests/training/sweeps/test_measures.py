"""One engine for every grid: what is measured of runs is kept, found again and made by workers, as their errors are."""

from __future__ import annotations

import itertools
import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scalinglab._growing import Growing
from scalinglab.cli.sweep import MEASURES as MODULES
from scalinglab.cli.sweep import measure_of
from scalinglab.heavy_tails import run_statistics
from scalinglab.pruning import MEASURES, coin_flips, iterative_pruning
from scalinglab.tables import FOLDER, read_order, table_names
from scalinglab.training import Experiment, Measure, digits, finish, sweep, train
from scalinglab.training.sweeps import sweep as sweeps
from scalinglab.training.sweeps.chunks import chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.sweeps.ledger import Ledger
from scalinglab.training.sweeps.measures import runs_for

TASK = {"name": "digits", "samples": 100}
#: Two chunks of two runs.
GRID = {"task": TASK, "width": [3, 5], "seed": [0, 1], "steps": 6}
BAD: set[int] = set()


def largest(task, *, power=1, **settings):
    """The largest weight of each layer, to a power; one row for each layer."""
    return _largest(train(task, **settings), power)


def _largest(training, power):
    run = None
    for run in training:
        yield Growing((), run.step, run.steps)
    if BAD & {row["seed"] for row in run.rows()}:
        raise RuntimeError("a seed is bad")
    rows = [
        {"network": network, "layer": layer, "largest": float(np.abs(weight).max()) ** power}
        for layer in (1, 2)
        for network in range(run.networks)
        for weight in [run.arrays(network)[layer - 1][0]]
    ]
    yield Growing(tuple(rows), run.steps, run.steps)


LARGEST = Measure("largest", largest, ("power",))


def add(task, *, words, offset=0, device, **_):
    """An experiment that trains nothing: each word with a number."""
    if not all(isinstance(word, str) for word in words):
        raise ValueError("words must be words")
    return iter([Growing(tuple({"word": word, "sum": len(word) + offset} for word in words), 1, 1)])


ADD = Experiment("add", add, ("words",), columns=("word", "offset"))


def quiet(grid, measure, **options):
    return sweep(grid, measure=measure, progress=False, **options)


@pytest.fixture
def counted(monkeypatch):
    """How many runs were computed, chunk by chunk."""

    def counting(some, device):
        made.append(len(some))
        yield from original(some, device)

    original, made = sweeps.computing, []
    monkeypatch.setattr(sweeps, "computing", counting)
    return made


def test_a_run_has_the_rows_of_its_own_network_in_the_order_of_the_grid():
    table = quiet(GRID, LARGEST)
    rows = table.rows()
    places = itertools.product((3, 5), (0, 1), (1, 2))
    assert [(row["width"], row["seed"], row["layer"]) for row in rows] == list(places)
    for row in rows:
        run = finish(train(digits(100), width=row["width"], seed=row["seed"], steps=6))
        # float32 sums of another shape may have another order: rounding of 1e-7, over 6 steps.
        assert row["largest"] == pytest.approx(np.abs(run.arrays(0)[row["layer"] - 1][0]).max(), abs=1e-5)
    assert list(rows[0]) == [*runs_of(GRID)[0].row, "layer", "largest"]
    assert (table.caption, table.curves()) == ("4 of 4 runs.", [])
    assert {"width", "task_samples"} <= table.configuration
    assert "largest" not in table.configuration
    (group, _) = table.summary(by="layer", value="largest")
    assert group["count"] == 4


def test_an_option_is_part_of_the_key_and_the_plain_run_has_another(tmp_path, counted):
    plain, first, power, new = (
        {run.key for run in runs_for(grid, measure)}
        for grid, measure in [
            (GRID, None),
            (GRID, LARGEST),
            (GRID | {"power": 2}, LARGEST),
            (GRID, Measure("largest", largest, ("power",), version=2)),
        ]
    )
    assert len(plain | first | power | new) == 16
    rows = quiet([GRID, GRID | {"power": 2}], LARGEST, store=tmp_path / "runs.sqlite").rows()
    assert counted == [2] * 4
    assert [row["largest"] for row in rows[8:]] == [row["largest"] ** 2 for row in rows[:8]]


def test_the_store_answers_without_computing_and_workers_find_the_same(tmp_path, counted):
    first = quiet(GRID, LARGEST, store=tmp_path / "runs.sqlite")
    assert counted == [2, 2]
    again = quiet(GRID | {"seed": [0, 1, 2]}, LARGEST, store=tmp_path / "runs.sqlite")
    assert counted == [2, 2, 1, 1]
    assert [row for row in again.rows() if row["seed"] < 2] == first.rows()
    with ThreadPoolExecutor(1) as executor:
        assert quiet(GRID, LARGEST, executor=executor).rows() == first.rows()


def test_a_run_travels_with_its_measure():
    (run, *_) = runs_for(GRID | {"power": 3}, LARGEST)
    copy = pickle.loads(pickle.dumps(run))
    assert (copy.key, copy.options, copy.measure, copy.row) == (run.key, {"power": 3}, LARGEST, run.row)


def test_a_measure_that_raises_is_a_row_and_is_tried_again(tmp_path):
    BAD.add(1)
    table = quiet(GRID, LARGEST, store=tmp_path / "runs.sqlite")
    BAD.clear()
    assert table.caption == "4 of 4 runs, 2 failed."
    assert [row["layer"] for row in table.rows()] == [1, 2, None, 1, 2, None]
    assert table.rows()[2]["error"] == "RuntimeError: a seed is bad"
    assert {row["status"] for row in table.rows()} == {None, "failed"}
    assert quiet(GRID, LARGEST, store=tmp_path / "runs.sqlite").rows() == quiet(GRID, LARGEST).rows()


def test_an_experiment_is_made_for_each_value_of_its_axes_and_defaults_are_part_of_its_key(counted):
    grid = {"task": "digits", "words": ["a", "bcd"]}
    table = quiet([grid, grid | {"offset": 2}], ADD)
    assert counted == [1] * 4
    assert table.rows() == [
        {"offset": offset, "word": word, "sum": len(word) + offset} for offset in (0, 2) for word in ("a", "bcd")
    ]
    assert table.configuration == {"word", "offset"}
    assert [run.key for run in runs_for(grid, ADD)] == [run.key for run in runs_for(grid | {"offset": 0}, ADD)]
    # A word that is not listed is for the function to refuse.
    with pytest.raises(ValueError, match="words must be words"):
        quiet(grid | {"words": 3 * [1]}, ADD)


@pytest.mark.parametrize(
    ("grid", "measure", "sentence"),
    [
        (GRID, "rounds", "measure must be a Measure, such as scalinglab.pruning.MEASURES holds, got 'rounds'"),
        (GRID | {"widht": 3}, LARGEST, "did you mean 'width'"),
        (GRID | {"width": 0}, LARGEST, "width must be positive, got 0"),
        (GRID | {"power": {1}}, LARGEST, "grid must hold numbers, words, true and false, and lists and mappings of"),
        ([], LARGEST, "grid must hold at least one mapping"),
        (3, ADD, "grid must be a mapping"),
        ({"words": ["a"]}, ADD, "grid must hold mappings that name a task"),
        ({"task": "digits", "offset": 1}, ADD, "grid must hold the arguments of add: "),
        ({"task": "didgits", "words": ["a"]}, ADD, "be one of digits"),
        (
            {"task": "digits", "kept": 3},
            MEASURES["mask_events"],
            "task must be a mapping with the arguments of coin_flips",
        ),
        (GRID, MEASURES["rounds"], "pruning must be a mapping with some of rounds, fraction"),
        (GRID | {"pruning": {"rounds": 0}}, MEASURES["rounds"], "rounds must be positive, got 0"),
        ({"task": {"samples": 3}, "kept": 3}, MEASURES["mask_events"], "and a task of coin_flips: "),
    ],
)
def test_what_is_wrong_gets_one_sentence_before_any_run(grid, measure, sentence, counted):
    with pytest.raises(ValueError, match=r"^[^\n]*$") as caught:
        quiet(grid, measure)
    assert sentence in str(caught.value)
    assert counted == []


COINS = {"task": {"samples": 3, "inputs": 4}, "steps": 20}
WAYS = {"task": TASK, "densities": [0.5, 0.1], "seed": [0, 1], "width": 8, "steps": 10}
#: Grids that are cut where their measures have axes, and how many pieces that gives.
EXPERIMENTS = [
    ("pruning", WAYS | {"methods": ["snip", "after, lamp", "gradual", "iterative"], "rewind": 3}, 4),
    ("controls", WAYS | {"methods": ["synflow", "after, lamp", "iterative"]}, 3),
    ("mask_information", COINS | {"methods": ["random", "after training", "iterative"], "seeds": [0, 1]}, 3),
    ("mask_events", COINS | {"methods": ["snip", "after training", "iterative"]}, 3),
    ("memorisation", COINS | {"kept": [9, 6], "methods": ["snip", "snip, other labels"], "seeds": [0, 1]}, 2),
    ("drawn_information", COINS | {"methods": ["snip", "after training"], "networks": 8, "parts": 2, "width": 2}, 1),
    ("pruning", WAYS | {"methods": ["erk", "gradual", "iterative"], "rewind": 3, "network": "convolution"}, 3),
    ("controls", WAYS | {"methods": ["snip", "iterative"], "network": "attention"}, 2),
]


@pytest.mark.parametrize(("name", "grid", "pieces"), EXPERIMENTS)
def test_an_experiment_in_pieces_has_the_rows_of_the_whole(name, grid, pieces, counted):
    """To the last digit: what is cut has nothing to do with each other, neither seeds nor stacks."""
    measure = MEASURES[name]
    task = digits(100) if grid["task"] == TASK else coin_flips(3, 4)
    *_, whole = measure.function(task, **{key: value for key, value in grid.items() if key != "task"})
    rows = [measure.about(grid) | row for row in whole.rows()]
    assert quiet(grid, measure).rows() == rows
    assert counted == [1] * pieces


@pytest.mark.parametrize("network", ["perceptron", "convolution", "attention"])
def test_rounds_are_those_of_iterative_pruning(network, tmp_path):
    grid = GRID | {"network": network, "pruning": {"rounds": 3, "fraction": 0.5, "rewind": 2}}
    store = tmp_path / "runs.sqlite"
    quiet(grid | {"width": 5}, MEASURES["rounds"], store=store)
    assert quiet(grid, MEASURES["rounds"], store=store).rows() == quiet(grid, MEASURES["rounds"]).rows()
    rows = quiet(grid, MEASURES["rounds"]).rows()
    assert [(r["width"], r["seed"], r["round"]) for r in rows] == list(itertools.product((3, 5), (0, 1), range(3)))
    densities = [1, 0.5, 0.25]
    settings = {"network": network, "width": 3, "seed": [0, 1], "steps": 6}
    *_, whole = iterative_pruning(digits(100), densities=densities, rewind=2, **settings)
    measured = ("density", "kept", "effective_density", "train_loss", "test_loss", "test_error", "status")
    for row in whole.rows():
        (mine,) = (r for r in rows if (r["width"], r["seed"], r["round"]) == (3, row["seed"], row["round"]))
        assert {name: mine[name] for name in measured} == {name: row[name] for name in measured}
    assert {row["steps"] for row in rows} == {6}  # of a training, as its configuration says


def test_layers_are_statistics_of_the_runs():
    grid = {"task": {"name": "digits", "samples": 300}, "width": 12, "seed": [0, 1], "steps": 20}
    run = finish(train(digits(300), width=12, seed=[0, 1], steps=20, evaluations=2))
    rows = quiet(grid, measure_of("layers")).rows()
    for network, row in enumerate(rows):
        assert row == runs_of(grid)[network].row | run_statistics(digits(300), run, network)
    with pytest.raises(ValueError, match="task must be a classification"):
        quiet({"task": "teacher_student"}, measure_of("layers"))


@pytest.mark.parametrize("name", table_names())
def test_each_shipped_table_has_a_grid_that_can_be_swept_and_survives_a_crash(name):
    """Every grid is cut into several pieces, and none is refused; they are computed where their families are tested."""
    order = read_order(FOLDER / f"{name}.toml")
    runs = runs_for(order.grid, measure_of(order.measure))
    sweeps._refuse(Ledger(runs, None, "cpu"), None, "cpu")
    assert len(chunks_of(runs)) > 1
    assert json.dumps([run.text for run in runs])


def test_the_command_knows_every_measure_of_the_package():
    from scalinglab.approximation import MEASURES as PENALTIES
    from scalinglab.compression import MEASURES as WIDTHS
    from scalinglab.heavy_tails import MEASURES as LAYERS

    assert set(MODULES) == {*MEASURES, *LAYERS, *WIDTHS, *PENALTIES}
    for name in MODULES:
        assert measure_of(name).name == name
