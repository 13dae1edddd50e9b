"""``scalinglab sweep``: train the networks of a grid that a TOML file names, and write the table of their results.

The keys of the file are those of the grid: ``width = [4, 8]``, ``task = "digits"`` or a ``[task]`` table, or several
``[[grid]]`` tables for a union. A ``[table]`` may hold ``title``, ``columns`` (those to keep), ``digits``
(significant digits of floats, 6 if left out) and ``measure``: "layers" for tail indices and pruning errors of the
weights of each run (see ``scalinglab.heavy_tails.run_statistics``), "rounds" for the rounds of iterative pruning (see
``scalinglab.pruning.pruning_rounds``), "pruning" and "controls" for the comparisons ``compare_methods`` and
``compare_controls`` of ``scalinglab.pruning``, whose arguments the grid then holds. All are made in this process.

"mask_information", "mask_events", "drawn_information" and "memorisation" are experiments of ``scalinglab.pruning`` on
labels that are coin flips. The keys of the file are then their arguments, and those of ``coin_flips`` in the ``task``
table; several ``[[grid]]`` tables are done one after the other.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab._checks import fail, one_of, positive_integer
from scalinglab.cli.folder import whole_number
from scalinglab.cli.measures import EXPERIMENTS, MEASURES, configured, measure_of

#: Significant digits of a float in a table: what float32 can tell.
DIGITS = 6
MOST_DIGITS = 17


@dataclass(frozen=True)
class Order:
    """What a TOML file asks for: a grid, and how its table is to look."""

    grid: Any
    title: str
    columns: tuple[str, ...] | None
    digits: int
    measure: str | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", metavar="FILE.toml", help="the grid, and how its table is to look")
    parser.add_argument("--store", metavar="PATH", help="where finished runs are kept, so that a second call goes on")
    parser.add_argument("--out", metavar="FILE.json", help="the table (beside the TOML file, under the same name)")
    parser.add_argument("--workers", metavar="N", help="spread the runs over so many processes")
    parser.add_argument("--address", metavar="TCP", help="spread the runs over the Dask cluster at this address")
    parser.add_argument("--device", default="cpu", metavar="D", help="where networks are trained (cpu)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Sweep, write the table, say how many runs ended how; 1 if one failed or the sweep broke off."""
    try:
        with _interrupts_noted() as noted:
            return _run(arguments, noted)
    except KeyboardInterrupt:
        kept = "what is finished is in the store" if arguments.store else "nothing is kept, as there is no --store"
        print(f"scalinglab sweep: stopped; {kept}", file=sys.stderr)
        return 1


@contextmanager
def _interrupts_noted() -> Iterator[threading.Event]:
    """Say whether Ctrl-C was pressed: it ends workers, too, and their end may be noticed first."""
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # where signals do not arrive
        yield noted
        return

    def note(*_: object) -> None:
        noted.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _run(arguments: argparse.Namespace, interrupted: threading.Event) -> int:
    source = Path(arguments.file)
    order = read_order(source)
    out = Path(arguments.out) if arguments.out else source.with_suffix(".json")
    _check_files(source, out, arguments.store)
    if order.measure:
        return _run_measured(arguments, order, out)
    _check_columns(order)
    from scalinglab.training.sweeps.outcomes import SweepError
    from scalinglab.training.sweeps.store import StoreError
    from scalinglab.training.sweeps.sweep import sweep

    options = {"store": arguments.store, "device": arguments.device, "progress": not arguments.quiet}
    try:
        with _executor(arguments) as executor:
            done = sweep(order.grid, executor=executor, **options)
    except (SweepError, StoreError) as error:
        if interrupted.is_set():
            raise KeyboardInterrupt from error
        print(f"scalinglab sweep: {error}", file=sys.stderr)
        return 1
    rows = done.rows()
    if not _write(out, table_text(order, rows)):
        return 1
    print(f"{done.caption} Written to {out}.")
    if done.failed:
        first = next(row["error"] for row in rows if row["status"] == "failed")
        print(f"scalinglab sweep: the first error was {first}", file=sys.stderr)
    return 1 if done.failed else 0


def _run_measured(arguments: argparse.Namespace, order: Order, out: Path) -> int:
    """Train and measure here, a stack at a time: weights are not kept, so neither can a store."""
    for name, value in (("store", arguments.store), ("workers", arguments.workers), ("address", arguments.address)):
        if value is not None:
            raise ValueError(
                f"--{name} must be left out, as networks are measured where they are trained: in this process"
            )
    assert order.measure is not None
    rows: list[dict[str, Any]] = []
    for rows in measure_of(order.measure)(order.grid):
        if not arguments.quiet:
            print(f"{len(rows)} rows measured", file=sys.stderr)
    if order.columns and (unknown := [name for name in order.columns if name not in rows[0]]):
        fail("columns", "be among " + ", ".join(rows[0]), unknown[0])
    if not _write(out, table_text(order, rows)):
        return 1
    print(f"{len(rows)} rows. Written to {out}.")
    return 0


def _write(out: Path, text: str) -> bool:
    """Write the table; say so if that fails."""
    from scalinglab._files import write_atomically

    try:
        write_atomically(out, text.encode())
    except OSError as error:
        print(f"scalinglab sweep: {out} could not be written: {error.strerror or error}", file=sys.stderr)
        return False
    return True


def read_order(source: Path) -> Order:
    """Read a TOML file.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is no TOML, or its ``[table]`` is wrong. The grid is checked by the sweep.
    """
    try:
        given = tomllib.loads(source.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise FileNotFoundError(f"file must be a TOML file, and {source} is none") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"file must be in TOML, and {source} is not: {error}") from None
    look = given.pop("table", {})
    union = given.pop("grid", None)
    if union is not None and given:
        fail("file", "hold either [[grid]] tables or the keys of one grid", ", ".join(given))
    if not isinstance(look, dict) or set(look) - {"title", "columns", "digits", "measure"}:
        fail("table", "hold title, columns, digits and measure", look)
    columns = look.get("columns")
    if columns is not None and not (isinstance(columns, list) and columns and all(isinstance(c, str) for c in columns)):
        fail("columns", "be a list of names", columns)
    title = look.get("title", source.stem)
    if not isinstance(title, str):
        fail("title", "be text", title)
    digits = positive_integer("digits", look.get("digits", DIGITS))
    if digits > MOST_DIGITS:
        fail("digits", f"not exceed {MOST_DIGITS}, which tell every float", digits)
    if (measure := look.get("measure")) is not None:
        one_of("measure", measure, (*MEASURES, *EXPERIMENTS))
    grid = given if union is None else union
    return Order(grid, title, None if columns is None else tuple(columns), digits, measure)


def table_text(order: Order, rows: Sequence[Mapping[str, Any]]) -> str:
    """The table as JSON, columnar, a line for each column; a column of one value is stored once.

    Results are rounded; the configuration is not, as it says which run this is.
    """
    from scalinglab.training.sweeps.runs import RESULTS, VALIDATED

    columns = {name: [row.get(name) for row in rows] for name in order.columns or rows[0]}
    results = {*RESULTS, *VALIDATED}
    if order.measure:
        results |= set(columns) - configured(order.measure, order.grid)
    for name in results & set(columns):
        columns[name] = [_rounded(value, order.digits) for value in columns[name]]
    short = {name: _short(values) for name, values in columns.items()}
    if not any(isinstance(values, list) for values in short.values()):
        short = columns  # one column at least says how many rows there are
    lines = [f"{_json(name)}: {_json(values)}" for name, values in short.items()]
    head = f'"title": {_json(order.title)},\n"made_with": {_json(order.grid)}'
    return "{\n" + head + ',\n"columns": {\n' + ",\n".join(lines) + "\n}\n}\n"


def _check_files(source: Path, out: Path, store: str | None) -> None:
    """Refuse an ``out`` that cannot be written, before the sweep and not after it, and files that are two things."""
    if not out.parent.is_dir():
        raise FileNotFoundError(f"out must be in a folder that exists, and {out.parent} does not")
    if out.exists() and not out.is_file():
        fail("out", "be a file", str(out))
    if out.resolve() == source.resolve():
        fail("out", "be another file than the grid", str(out))
    for name, path in (("the grid", source), ("the table", out)):
        if store is not None and Path(store).expanduser().resolve() == path.resolve():
            fail("store", f"be another file than {name}", store)
    try:
        tempfile.TemporaryFile(dir=out.parent).close()
    except OSError as error:
        reason = error.strerror or error
        raise ValueError(f"out must be in a folder that can be written, and {out.parent} cannot: {reason}") from None


def _check_columns(order: Order) -> None:
    """Refuse a column that no row will have, before the sweep and not after it."""
    from scalinglab.training.sweeps.grids import runs_of
    from scalinglab.training.sweeps.runs import RESULTS, VALIDATED

    known = dict.fromkeys(name for run in runs_of(order.grid) for name in (*run.row, *RESULTS, *VALIDATED))
    for name in order.columns or ():
        if name not in known:
            fail("columns", "be among " + ", ".join(known), name)


def _rounded(value: Any, digits: int) -> Any:
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def _short(values: list[Any]) -> Any:
    """One value in the place of a column that holds no other, of the same type; a list where that is the only row."""
    same = all(value == values[0] and type(value) is type(values[0]) for value in values)
    return values[0] if same and len(values) > 1 else values


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


@contextmanager
def _executor(arguments: argparse.Namespace) -> Iterator[Executor | None]:
    """What the runs are spread over, for the time of the sweep."""
    if arguments.workers is not None and arguments.address is not None:
        raise ValueError("--workers and --address are two ways to spread the runs: give one of them")
    if arguments.workers is not None:
        with _processes(positive_integer("workers", whole_number("workers", arguments.workers))) as executor:
            yield executor
    elif arguments.address is not None:
        with _cluster(arguments.address) as executor:
            yield executor
    else:
        yield None


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Never a fork: torch's threads would not survive it.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_tie_to_client)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _tie_to_client() -> None:
    """End this worker when its client ends, and at once, without a traceback, at Ctrl-C.

    A worker alone would wait for work for ever if its client was killed: it holds both ends of the pipe itself.
    """
    import multiprocessing
    import os

    def follow() -> None:
        if (client := multiprocessing.parent_process()) is not None:
            client.join()
            os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=follow, name="scalinglab-client", daemon=True).start()


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ValueError("--address needs Dask: python -m pip install dask distributed") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(f"address must be that of a Dask scheduler, got {address!r}: {error}") from None
    with client:
        yield client.get_executor()
