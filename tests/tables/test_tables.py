"""Every table is what its grid says: the same configurations, and numbers that a fresh run confirms."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys

import pytest

from scalinglab import tables
from scalinglab.cli import main
from scalinglab.cli.sweep import measure_of
from scalinglab.tables import read_order, table, table_names
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.sweeps.sweep import sweep
from scalinglab.training.tasks.text import text_fingerprint

#: Fingerprint of the text that the language models of the tables read.
MADE_OF = "f784d6fb39bd"
#: Seeds that are trained beside a row, to learn how far two of them are apart.
SEEDS = 6

#: Tables whose runs take seconds each: how far two seeds are apart is read off the other seeds of the table.
LONG = ("signals_grid", "signals_laws", "text_networks")
#: Fewer seeds than that say too little of how far apart they are.
FEW = 5
#: Measures of single runs, and none.
RUNS = (None, "layers")


def order_of(name):
    return read_order(tables.FOLDER / f"{name}.toml")


def test_every_table_has_its_grid_and_every_grid_its_table():
    assert table_names() == tuple(sorted(file.stem for file in tables.FOLDER.glob("*.toml")))


def test_a_table_that_is_not_there_gets_a_sentence_that_lists_those_that_are():
    with pytest.raises(ValueError, match="name must be one of the tables: ") as caught:
        table("none")
    assert all(name in str(caught.value) for name in table_names())
    with pytest.raises(ValueError, match="name must be one of the tables: "):
        table("../tables")


def test_tables_are_read_without_anything_heavy():
    code = """
import sys, scalinglab.tables as tables
[tables.table(name) for name in tables.table_names()]
print(*sorted({"torch", "numpy", "scipy", "sklearn"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", [name for name in table_names() if order_of(name).measure in RUNS])
def test_the_configurations_of_a_table_are_those_of_its_grid(name):
    """A table of comparisons, whose grid holds no runs, is checked where these are tested."""
    check_configurations(name)


@pytest.mark.parametrize("name", [name for name in table_names() if order_of(name).measure not in RUNS])
def test_any_other_table_says_what_it_was_made_with(name):
    order = order_of(name)
    assert json.loads((tables.FOLDER / f"{name}.json").read_text(encoding="utf-8"))["made_with"] == order.grid
    assert order.columns is None or tuple(table(name)[0]) == order.columns


@pytest.mark.parametrize(
    "name", [name for name in table_names() if not getattr(measure_of(order_of(name).measure), "make_task", None)]
)
def test_a_table_has_a_column_that_the_test_below_can_confirm(name):
    assert {"test_error", "best_test_loss"} & set(table(name)[0])


@pytest.mark.parametrize("name", [name for name in table_names() if not order_of(name).measure])
def test_a_row_at_random_is_found_again(name):
    """Of a table with measurements of weights too, a row is found again where these are tested."""
    if name.startswith("text") and text_fingerprint() != MADE_OF:
        pytest.skip("this Python's help texts are others than those that the table was made of")
    draw = random.randrange(2**32)
    place = random.Random(draw).randrange(len(table(name)))
    runs = runs_of(order_of(name).grid)
    beside = beside_row(table(name), runs, place) if name in LONG else None
    pooled = relative_spread(table(name), runs, place) if beside and len(beside) < FEW else 0.0
    confirm(table(name)[place], runs[place], f"row {place}, drawn with {draw}", beside, pooled)


def check_configurations(name):
    """Compare the configurations in a table with those of the grid beside it, one by one."""
    order, rows = order_of(name), table(name)
    configurations = [run.row for run in runs_of(order.grid)]
    assert json.loads((tables.FOLDER / f"{name}.json").read_text(encoding="utf-8"))["made_with"] == order.grid
    assert len(rows) == len(configurations)
    for row, configuration in zip(rows, configurations, strict=True):
        if order.columns:
            assert tuple(row) == order.columns
        shared = configuration.keys() & row.keys()
        assert {key: row[key] for key in shared} == {key: configuration[key] for key in shared}


def beside_row(rows, runs, place, alike=("seed",)):
    """The rows of a table that differ from one by their seed alone."""
    settings, recipe = runs[place].settings, runs[place].recipe
    return [
        row
        for row, run in zip(rows, runs, strict=True)
        if run.recipe == recipe and run.settings | {name: settings[name] for name in alike} == settings
    ]


def relative_spread(rows, runs, place):
    """Standard deviation of an error over seeds, over its mean, from all amounts of data: a few seeds may agree.

    From all widths, where a table has one amount of data and does not name it.
    """
    (measured,) = {"test_error", "best_test_loss"} & rows[place].keys()
    axis = "samples" if "samples" in rows[place] else "width"
    found = {}
    for row in beside_row(rows, runs, place, alike=("seed", axis)):
        found.setdefault(row[axis], []).append(row[measured])
    return (
        statistics.fmean((statistics.stdev(errors) / statistics.fmean(errors)) ** 2 for errors in found.values()) ** 0.5
    )


def confirm(row, run, where, beside=None, pooled=0.0):
    """Compare a row of a table with the same run made anew.

    Counts are exact. Errors are as close as rounding lets them be, which another processor does in another way. Most
    runs forget it (float32 and float64 then find one and the same test error), but training at a large step size
    multiplies it until other images are misclassified. So the measure is the largest difference between float32 and
    float64 over some seeds, three times, and one standard deviation over these seeds for what they did not show.

    Where there are rows ``beside`` it, this run alone is made. Were rounding as good as another seed, an error would be
    off by more than four of their standard deviations once in 200 times. ``pooled`` is the least of these, relative.
    """
    seeds = [run.settings["seed"], *([] if beside else range(10**6, 10**6 + SEEDS))]
    dtypes = [run.settings["dtype"]] if beside else ["float32", "float64"]
    grid = {"task": run.recipe} | run.settings | {"seed": seeds, "dtype": dtypes}
    made = {(made["dtype"], made["seed"]): made for made in sweep(grid, progress=False).rows()}
    again = made[run.settings["dtype"], run.settings["seed"]]
    for exact in ("parameters", "status"):
        assert row.get(exact, again[exact]) == again[exact], where
    for measured in {"test_error", "best_test_loss"} & row.keys():
        errors = [[made[dtype, seed][measured] for seed in seeds] for dtype in dtypes]
        pairs = [pair for pair in zip(*errors, strict=True) if None not in pair]
        if row[measured] is None or not pairs:
            assert again[measured] is None, where
            continue
        if beside:
            tolerance = 4 * max(statistics.stdev(other[measured] for other in beside), pooled * row[measured])
        else:
            tolerance = 3 * max(abs(one - two) for one, two in pairs) + statistics.stdev(one for one, _ in pairs)
        assert row[measured] == pytest.approx(again[measured], rel=1e-5, abs=tolerance), where


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A table of twelve runs in a folder of its own, and a way to falsify it."""
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    tables._columns.cache_clear()
    grid = 'task = "digits"\nwidth = [4, 8]\nsamples = [100, 1200]\nseed = [0, 1, 2]\nsteps = 50\n'
    (tmp_path / "made.toml").write_text(grid)
    assert main(["sweep", str(tmp_path / "made.toml"), "--quiet"]) == 0
    yield tmp_path / "made.json"
    tables._columns.cache_clear()


def test_a_table_that_was_just_made_passes(made, capsys):
    check_configurations("made")
    for place, run in enumerate(runs_of(order_of("made").grid)):
        confirm(table("made")[place], run, f"row {place}")


def test_a_table_that_was_falsified_does_not(made):
    run, row = runs_of(order_of("made").grid)[3], table("made")[3]
    beside = beside_row(table("made"), runs_of(order_of("made").grid), 3)
    assert [other["seed"] for other in beside] == [0, 1, 2]
    spreads = [relative_spread(table("made"), runs_of(order_of("made").grid), 3)]
    errors = [[r["test_error"] for r in table("made")[3 * n : 3 * n + 3]] for n in range(2)]
    spreads.append(
        statistics.fmean((statistics.stdev(three) / statistics.fmean(three)) ** 2 for three in errors) ** 0.5
    )
    assert spreads[0] == pytest.approx(spreads[1])
    for name, value in [("test_error", row["test_error"] + 0.3), ("parameters", 311), ("status", "diverged")]:
        for others in (None, beside):
            with pytest.raises(AssertionError, match="here"):
                confirm(row | {name: value}, run, "here", others, spreads[0] if others else 0.0)
    made.write_text(made.read_text().replace("[4,4,4,4,4,4,8,", "[4,4,4,4,4,8,8,"))
    tables._columns.cache_clear()
    with pytest.raises(AssertionError):
        check_configurations("made")
