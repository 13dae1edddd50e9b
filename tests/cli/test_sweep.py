"""``scalinglab sweep``: from a TOML file to a table, with sentences for what is wrong."""

from __future__ import annotations

import builtins
import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress

import psutil
import pytest

from scalinglab import tables
from scalinglab.cli import main
from scalinglab.tables import Order, read_order, table_text
from scalinglab.training.sweeps import computing
from scalinglab.training.sweeps import sweep as sweeps
from scalinglab.training.sweeps.results import SweepError
from scalinglab.training.sweeps.sweep import sweep

GRID = {"width": [3, 4], "seed": [0, 1], "steps": 5, "task": {"name": "digits", "samples": 100}}
TOML = """
width = [3, 4]
seed = [0, 1]
steps = 5
[task]
name = "digits"
samples = 100
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(TOML)
    return path


def call(*words):
    return main(["sweep", *map(str, words), "--quiet"])


def test_the_table_has_the_rows_of_the_sweep(file, tmp_path, monkeypatch, capsys):
    assert call(file) == 0
    assert capsys.readouterr() == (f"4 of 4 runs. Written to {tmp_path / 'grid.json'}.\n", "")
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    tables._columns.cache_clear()
    assert tables.table_names() == ("grid",)
    rows = sweep(GRID, progress=False).rows()
    for kept, row in zip(tables.table("grid"), rows, strict=True):
        assert list(kept) == list(row)
        for name, value in row.items():
            # Six significant digits, rounded once.
            assert kept[name] == (pytest.approx(value, rel=5.1e-6, abs=0) if isinstance(value, float) else value)
    # Rows are fresh: who changes one changes no other.
    tables.table("grid")[0]["width"] = 99
    assert tables.table("grid")[0]["width"] == 3
    tables._columns.cache_clear()


def test_a_table_is_columns_and_says_what_it_was_made_with(file, tmp_path):
    file.write_text(TOML + '[table]\ntitle = "Small"\ncolumns = ["width", "seed", "steps", "test_error"]\ndigits = 2\n')
    call(file, "--out", tmp_path / "other.json")
    made = json.loads((tmp_path / "other.json").read_text())
    assert made["title"] == "Small"
    assert made["made_with"] == GRID
    assert list(made["columns"]) == ["width", "seed", "steps", "test_error"]
    # A column that is constant is one value.
    assert (made["columns"]["width"], made["columns"]["steps"]) == ([3, 3, 4, 4], 5)
    assert all(len(str(error)) <= len("0.12") for error in made["columns"]["test_error"])


def test_results_are_rounded_and_configurations_are_not():
    order, rows = (
        Order({}, "", None, 3),
        [{"seed": k, "step_size": 0.123456789, "test_loss": 0.123456789} for k in (0, 1)],
    )
    made = json.loads(table_text(order, rows, exact={"seed", "step_size"}))
    assert made["columns"] == {"seed": [0, 1], "step_size": 0.123456789, "test_loss": 0.123}


def test_one_row_is_kept_in_lists_and_equal_numbers_of_two_types_apart():
    order = Order({}, "", None, 3)
    assert json.loads(table_text(order, [{"test_loss": 1.0}], ()))["columns"] == {"test_loss": [1.0]}
    assert json.loads(table_text(order, [{"error": None}, {"error": "x"}], ()))["columns"] == {"error": [None, "x"]}


def test_a_union_of_grids_is_a_table_of_several_grids(file):
    file.write_text('[[grid]]\ntask = "digits"\nwidth = 3\n[[grid]]\ntask = "digits"\nwidth = 4\n')
    assert read_order(file).grid == [{"task": "digits", "width": 3}, {"task": "digits", "width": 4}]


def test_a_store_is_read_again(file, tmp_path, monkeypatch):
    call(file, "--store", tmp_path / "runs.sqlite")
    table = (tmp_path / "grid.json").read_bytes()
    monkeypatch.setattr(computing, "train", None)
    assert call(file, "--store", tmp_path / "runs.sqlite") == 0
    assert (tmp_path / "grid.json").read_bytes() == table


def test_processes_find_the_same_table(file, tmp_path):
    call(file)
    table = (tmp_path / "grid.json").read_bytes()
    assert call(file, "--workers", "1") == 0
    assert (tmp_path / "grid.json").read_bytes() == table


def test_progress_goes_to_the_standard_error(file, capsys):
    assert main(["sweep", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("4 of 4 runs.")
    assert "4/4" in err


def test_a_run_that_failed_makes_the_exit_code_1(file, tmp_path, capsys):
    file.write_text('task = "digits"\nwidth = [3, 10000000]\ndepth = 2\nsteps = 2\n')
    assert call(file) == 1
    out, err = capsys.readouterr()
    assert out.startswith("2 of 2 runs, 1 failed.")
    assert err.startswith("scalinglab sweep: the first error was TooLargeError: width must let the network fit into")
    assert json.loads((tmp_path / "grid.json").read_text())["columns"]["status"] == ["done", "failed"]


@pytest.mark.parametrize(
    ("words", "kept"), [([], "nothing is kept"), (["--store"], "what is finished is in the store")]
)
def test_ctrl_c_is_a_sentence_and_leaves_the_old_table(file, capsys, monkeypatch, words, kept):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(computing, "train", interrupted)
    file.with_suffix(".json").write_text("old")
    assert call(file, *words, *[file.with_suffix(".sqlite") for _ in words]) == 1
    assert kept in capsys.readouterr().err
    assert file.with_suffix(".json").read_text() == "old"


def test_a_store_that_is_another_program_s_is_a_sentence(file, tmp_path, capsys):
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    assert call(file, "--store", tmp_path / "other.sqlite") == 1
    err = capsys.readouterr().err
    assert err.startswith("scalinglab sweep: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("width = ", [], "file must be in TOML"),
        ("width = 3", [], "grid must name a task"),
        ('task = "digits"\nwidht = 3', [], "did you mean 'width'"),
        ('task = "digits"\nwidth = 1979-05-27', [], "width must be a whole number"),
        ('task = "digits"\nwidth = "wide"', [], "width must be a whole number, got 'wide'"),
        ('task = "digits"\n[[grid]]\ntask = "digits"', [], "file must hold either [[grid]] tables or the keys"),
        ('grid = 3\n', [], "grid must be a mapping"),
        ('task = "digits"\n[table]\ndigits = 0', [], "digits must be positive, got 0"),
        ('task = "digits"\n[table]\ndigits = 18', [], "digits must not exceed 17, which tell every float, got 18"),
        ('task = "digits"\n[table]\ndigits = 2.0', [], "digits must be a whole number, got 2.0"),
        ('task = "digits"\n[table]\ntitle = 3', [], "title must be text, got 3"),
        ('task = "digits"\n[table]\ncolumns = []', [], "columns must be a list of names"),
        ('task = "digits"\n[table]\ncolumns = ["accuracy"]', [], "columns must be among task, "),
        ('task = "digits"\n[table]\nformat = "csv"', [], "table must hold title, columns, digits and measure"),
        ('table = 3\n', [], "table must hold title, columns, digits and measure"),
        ('task = "digits"', ["--workers", "0"], "workers must be positive, got 0"),
        ('task = "digits"', ["--workers", "two"], "workers must be a whole number, got 'two'"),
        ('task = "digits"', ["--workers", "2", "--address", "tcp://127.0.0.1:1"], "give one of them"),
        ('task = "digits"', ["--device", "abacus"], "device must name a device of this machine"),
        ('task = "digits"', ["--out", "nowhere/table.json"], "out must be in a folder that exists"),
        ('task = "digits"', ["--out", "."], "out must be a file, got '.'"),
        ('task = "digits"', ["--out", "table", "--store", "./table"], "store must be another file than the table"),
        ('task = "digits"', ["--address", "here://"], "address must be that of a Dask scheduler"),
    ],
)  # fmt: skip
def test_what_is_wrong_gets_one_sentence_before_any_run(file, capsys, text, words, sentence):
    file.write_text(text)
    assert call(file, *words) == 2
    assert not file.with_suffix(".json").exists()
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.startswith("scalinglab sweep: ")
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path, capsys):
    for missing in (tmp_path / "none.toml", tmp_path):
        assert call(missing) == 2
        assert "file must be a TOML file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--out", "--store"])
def test_the_table_and_the_store_cannot_replace_the_grid(file, capsys, option):
    assert call(file, option, file) == 2
    # A sentence shows 80 characters of a value at most.
    assert f"{option[2:]} must be another file than the grid, got '{str(file)[:40]}" in capsys.readouterr().err
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    assert file.read_text() == TOML


def test_a_table_that_is_named_as_its_grid_says_which_file_that_is(file, capsys):
    grid = file.rename(file.with_suffix(".json"))
    assert call(grid) == 2
    assert f"out must be another file than the grid, got '{str(grid)[:40]}" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_found_before_any_run(file, capsys, monkeypatch):
    def refused(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    monkeypatch.setattr(computing, "train", None)
    assert call(file) == 2
    assert "out must be in a folder that can be written, and " in (err := capsys.readouterr().err)
    assert err.endswith("cannot: Permission denied\n")


def test_a_disk_that_is_full_at_the_end_is_a_sentence(file, capsys, monkeypatch):
    def refused(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("scalinglab._files.write_atomically", refused)
    assert call(file) == 1
    assert capsys.readouterr() == (
        "",
        f"scalinglab sweep: {file.with_suffix('.json')} could not be written: No space left on device\n",
    )


def test_columns_that_are_all_constant_still_say_how_many_rows_there_are(file, tmp_path):
    file.write_text(TOML + '[table]\ncolumns = ["steps", "status"]\n')
    call(file)
    made = json.loads((tmp_path / "grid.json").read_text())
    assert made["columns"] == {"steps": [5] * 4, "status": ["done"] * 4}


WORKERS = """
import sys
from scalinglab.cli import main
if __name__ == "__main__":
    sys.exit(main(["sweep", sys.argv[1], "--workers", "2", "--store", sys.argv[2], "--quiet"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals and groups of processes as POSIX has them")
@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_workers_end_with_their_client_and_say_nothing(file, tmp_path, signal_):
    # Of two workers one is busy for minutes, and the other waits for work soon.
    file.write_text("".join(f'[[grid]]\ntask = "digits"\nsteps = {steps}\n' for steps in (1, 500_000)))
    store = tmp_path / "runs.sqlite"
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", WORKERS, str(file), str(store)]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as client:
        try:
            workers = wait_for(lambda: two_workers(client.pid, store))
            if signal_ == signal.SIGKILL:
                client.kill()
            else:
                os.killpg(client.pid, signal.SIGINT)
            # The pipes end when all who hold them have ended, orphans too.
            out, err = client.communicate(timeout=20)
            _, alive = psutil.wait_procs(workers, timeout=10)
            assert alive == []
        finally:
            with suppress(ProcessLookupError):
                os.killpg(client.pid, signal.SIGKILL)
    assert out == ""
    if signal_ == signal.SIGINT:
        assert (client.returncode, err) == (1, "scalinglab sweep: stopped; what is finished is in the store\n")


def test_an_executor_that_ctrl_c_broke_was_stopped(file, tmp_path, monkeypatch, capsys):
    def broken(*_args, **_options):
        with suppress(KeyboardInterrupt):  # as an exception on its way may be lost to another
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        raise SweepError("the executor broke", partial=None)

    monkeypatch.setattr("scalinglab.training.sweeps.sweep.sweep", broken)
    before = signal.getsignal(signal.SIGINT)
    assert main(["sweep", str(file), "--store", str(tmp_path / "runs.sqlite"), "--quiet"]) == 1
    assert capsys.readouterr().err == "scalinglab sweep: stopped; what is finished is in the store\n"
    assert signal.getsignal(signal.SIGINT) is before


def two_workers(client, store):
    """The workers of a client, when one has finished what it was given and waits for more; None before."""
    found = [child for child in psutil.Process(client).children() if "spawn_main" in " ".join(child.cmdline())]
    if len(found) < 2 or not store.exists():
        return None
    with closing(sqlite3.connect(store)) as connection:
        return found if connection.execute("SELECT count(*) FROM runs").fetchone() == (1,) else None


def wait_for(answer, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := answer()) is not None:
            return found
        time.sleep(0.1)
    raise TimeoutError


def test_without_dask_an_address_gets_a_sentence(file, capsys, monkeypatch):
    def without(name, *arguments, **options):
        if name == "distributed":
            raise ModuleNotFoundError("No module named 'distributed'", name=name)
        return original(name, *arguments, **options)

    original = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    assert call(file, "--address", "tcp://127.0.0.1:1") == 2
    assert "--address needs Dask: python -m pip install" in capsys.readouterr().err


EXPERIMENT = """
[table]
measure = "mask_information"
columns = ["method", "kept", "information", "right"]
[[grid]]
task = { samples = 3, inputs = 4 }
kept = 6
seeds = [0]
methods = ["synflow", "snip"]
steps = 20
[[grid]]
task = { samples = 3, inputs = 4 }
kept = 5
seeds = [0]
methods = ["synflow"]
steps = 20
"""


def test_experiments_on_masks_are_done_one_after_the_other(tmp_path, capsys):
    (tmp_path / "masks.toml").write_text(EXPERIMENT)
    assert call(tmp_path / "masks.toml") == 0
    written = json.loads((tmp_path / "masks.json").read_text())
    assert written["columns"]["method"] == ["synflow", "snip", "synflow"]
    assert written["columns"]["kept"] == [6, 6, 5]
    first, snip, last = written["columns"]["information"]
    assert first == last == 0 < snip
    assert [grid["kept"] for grid in written["made_with"]] == [6, 5]


def test_a_measured_table_goes_on_from_the_store_where_it_was_broken_off(tmp_path, monkeypatch, capsys):
    """Of three experiments one is made before Ctrl-C; then the two others are, and then none."""

    def broken(some, device):
        made.append(len(some))
        if len(made) == 2:
            raise KeyboardInterrupt
        yield from original(some, device)

    original, made = sweeps.computing, []
    monkeypatch.setattr(sweeps, "computing", broken)
    source, store = tmp_path / "masks.toml", tmp_path / "runs.sqlite"
    source.write_text(EXPERIMENT)
    assert call(source, "--store", store) == 1
    assert capsys.readouterr().err == "scalinglab sweep: stopped; what is finished is in the store\n"
    assert call(source, "--store", store) == 0
    assert made == [1] * 4
    written = (tmp_path / "masks.json").read_bytes()
    assert call(source, "--store", store) == 0
    assert made == [1] * 4
    assert call(source) == 0
    assert (tmp_path / "masks.json").read_bytes() == written


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kept = 6", "keep = 4", "grid must hold the arguments of mask_information, and a task of coin_flips"),
        ("inputs = 4", "columns = 4", "grid must hold the arguments of mask_information, and a task of coin_flips"),
        ("kept = 6", "kept = 0", "kept must be positive, got 0"),
        ('"mask_information"', '"mask_memory"', "measure must be one of"),
    ],
)
def test_an_experiment_that_cannot_be_is_one_sentence(tmp_path, capsys, old, new, sentence):
    (tmp_path / "masks.toml").write_text(EXPERIMENT.replace(old, new))
    assert call(tmp_path / "masks.toml") == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "masks.json").exists()
