"""``scalinglab sweep``: train the networks of a grid that a TOML file names, and write the table of their results.

The keys of the file are those of the grid: ``width = [4, 8]``, ``task = "digits"`` or a ``[task]`` table, or several
``[[grid]]`` tables for a union. A ``[table]`` may hold ``title``, ``columns`` (those to keep), ``digits``
(significant digits of floats, 6 if left out) and ``measure``: what is measured of each run, by its name in
``scalinglab.heavy_tails.MEASURES`` ("layers": tail indices and pruning errors of the weights; "averages": those of
averaged iterates), or in the ``MEASURES`` of ``scalinglab.pruning``, ``scalinglab.compression`` or
``scalinglab.approximation``. "rounds" are the rounds of iterative pruning. All others are experiments, and the keys of
the file are their arguments: "pruning" and "controls" compare methods as ``compare_methods`` and ``compare_controls``
do; "mask_information", "mask_events", "drawn_information" and "memorisation" are about labels that are coin flips, and
their ``task`` holds the arguments of ``coin_flips``; "width_spread" is what ``boosting_width`` measures, of networks
that learn a sine, and "band_penalty" what ``train_with_penalty`` does.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalinglab._checks import fail, one_of, positive_integer
from scalinglab.cli.folder import whole_number
from scalinglab.tables import Order, read_order, table_text

if TYPE_CHECKING:
    from scalinglab.training import Measure

#: Where each measure is; they are imported when they are needed, as torch takes seconds.
_OF = {
    "heavy_tails": ("layers", "averages"),
    "pruning": (
        "rounds", "pruning", "controls", "drawn_information", "mask_events", "mask_information", "memorisation",
    ),
    "compression": ("width_spread",),
    "approximation": ("band_penalty",),
}  # fmt: skip
MEASURES = {name: f"scalinglab.{package}" for package, names in _OF.items() for name in names}


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
    measure = measure_of(order.measure)
    if measure is None:  # the columns of others are known when they have rows
        _check_columns(order)
    from scalinglab.training.sweeps.results import SweepError
    from scalinglab.training.sweeps.store import StoreError
    from scalinglab.training.sweeps.sweep import sweep

    options = {"store": arguments.store, "device": arguments.device, "progress": not arguments.quiet}
    try:
        with _executor(arguments) as executor:
            done = sweep(order.grid, measure=measure, executor=executor, **options)
    except (SweepError, StoreError) as error:
        if interrupted.is_set():
            raise KeyboardInterrupt from error
        print(f"scalinglab sweep: {error}", file=sys.stderr)
        return 1
    rows = done.rows()
    if not done.failed:
        _among_columns(order, rows[0])
    if not _write(out, table_text(order, rows, done.configuration)):
        return 1
    made = f"{len(rows)} rows." if measure and not done.failed else done.caption
    print(f"{made} Written to {out}.")
    if done.failed:
        first = next(row["error"] for row in rows if row.get("status") == "failed")
        print(f"scalinglab sweep: the first error was {first}", file=sys.stderr)
    return 1 if done.failed else 0


def measure_of(name: Any) -> Measure | None:
    """The measure that a file names, if any."""
    if name is None:
        return None
    return importlib.import_module(MEASURES[one_of("measure", name, tuple(MEASURES))]).MEASURES[name]


def _write(out: Path, text: str) -> bool:
    """Write the table; say so if that fails."""
    from scalinglab._files import write_atomically

    try:
        write_atomically(out, text.encode())
    except OSError as error:
        print(f"scalinglab sweep: {out} could not be written: {error.strerror or error}", file=sys.stderr)
        return False
    return True


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
    from scalinglab.training.sweeps.computing import RESULTS, VALIDATED
    from scalinglab.training.sweeps.grids import runs_of

    _among_columns(order, (name for run in runs_of(order.grid) for name in (*run.row, *RESULTS, *VALIDATED)))


def _among_columns(order: Order, names: Iterable[str]) -> None:
    known = dict.fromkeys(names)
    for name in order.columns or ():
        if name not in known:
            fail("columns", "be among " + ", ".join(known), name)


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
