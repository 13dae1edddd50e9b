"""Sweeps: a grid of runs that survives a crash, spreads over a cluster, and shows its rows as they come."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from typing import Any

from scalinglab._checks import fail
from scalinglab._later import torch
from scalinglab.training.sweeps.computing import check, computing
from scalinglab.training.sweeps.executors import checked_executor, refuse_shut_down, spread
from scalinglab.training.sweeps.grids import Run
from scalinglab.training.sweeps.ledger import Ledger
from scalinglab.training.sweeps.measures import Measure, runs_for
from scalinglab.training.sweeps.results import Sweep, SweepError
from scalinglab.training.sweeps.store import Store, StoreError

Grid = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Place = str | os.PathLike[str] | Store | None
#: Seconds between two snapshots while another sweep computes all that is left.
WAIT = 0.05


def sweep(
    grid: Grid,
    *,
    measure: Measure | None = None,
    executor: Executor | None = None,
    store: Place = None,
    device: str | torch.device = "cpu",
    progress: bool = True,
) -> Sweep:
    """Train every network of a grid, and return a table with a row for each.

    Runs that differ in seed, step size and samples alone are stacked and cut into chunks of a few seconds. With a
    store, each chunk is kept when it is done: a sweep that was killed goes on where it was, a run that any sweep on
    that store has made is not made again, and two sweeps on one store share the work. A run that diverges, or that
    raises an error, is a row that says so; the next sweep tries those with an error again.

    Parameters
    ----------
    grid : mapping or sequence of mappings
        From argument names of ``train`` to a value, or to a list, tuple, range or array of values; lists are the axes
        of a product, the last of which varies fastest. ``"task"`` is a name, a mapping such as ``{"name": "digits",
        "label_noise": [0.0, 0.2]}`` whose lists are axes too, a ``Task`` made by a factory, or a list of these. Several
        mappings are the union of their grids. What is left out has the default of ``train``, but for ``evaluations``,
        which is 2: the first and the last.
    measure : Measure, optional
        What is measured of each run, such as those in ``scalinglab.pruning.MEASURES``; its errors alone if left out.
        An ``Experiment`` has arguments of its own in the grid.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or a cluster (``dask.distributed.Client(...).get_executor()``). Workers compute on one
        thread each. Without one all is done here.
    store : path or Store, optional
        Where finished runs are kept; nothing is kept if left out.
    device : str or torch.device
        Where the networks are trained: on this machine, or on each worker.
    progress : bool
        Whether a bar is shown, on the standard error.

    Returns
    -------
    Sweep
        With ``rows()``, ``curves()`` and ``summary()``.

    Raises
    ------
    ValueError
        Before any run, if the grid, the executor or the device is wrong.
    StoreError
        Before any run, if the store cannot be opened, or lacks runs and cannot be written.
    SweepError
        If the store or the executor failed in the middle; its ``partial`` is the sweep so far.

    Examples
    --------
    >>> from scalinglab.training import sweep
    >>> table = sweep({"task": "digits", "width": [4, 8], "seed": range(3), "steps": 20}, progress=False)
    >>> table
    Sweep(6 of 6 runs)
    >>> [(row["width"], row["count"]) for row in table.summary(by=["width"])]
    [(4, 3), (8, 3)]
    """
    with closing(sweeping(grid, measure=measure, executor=executor, store=store, device=device)) as snapshots:
        return _shown(snapshots) if progress else deque(snapshots, maxlen=1).pop()


def sweeping(
    grid: Grid,
    *,
    measure: Measure | None = None,
    executor: Executor | None = None,
    store: Place = None,
    device: str | torch.device = "cpu",
) -> Generator[Sweep, None, None]:
    """The same as a generator of snapshots, which a panel streams: ``sweep`` returns its last one.

    Without an executor there is a snapshot after each step of training, else about ten in a second; the first one has
    the rows that the store had. Closing the generator stops the sweep: what is finished is kept, what has begun in a
    worker is lost.

    Parameters
    ----------
    grid, measure, executor, store, device
        As in ``sweep``.

    Yields
    ------
    Sweep

    Raises
    ------
    ValueError, StoreError, SweepError
        As ``sweep`` does; about the grid, the executor and the kind of store at the call.
    """
    if not isinstance(device, str | torch.device):
        fail("device", "be the name of a device", device)
    if store is not None and not isinstance(store, str | os.PathLike | Store):
        fail("store", "be a path or an open Store", store)
    return _sweeping(runs_for(grid, measure), checked_executor(executor), store, str(device))


def _sweeping(
    runs: Sequence[Run], executor: Executor | None, place: Place, device: str
) -> Generator[Sweep, None, None]:
    """What can only be said once the store is open, then the work."""
    with nullcontext(place) if place is None or isinstance(place, Store) else Store(place) as store:
        ledger = Ledger(runs, store, device)
        if ledger.left:
            _refuse(ledger, executor, device)
            yield ledger.snapshot()
            try:
                yield from _here(ledger, device) if executor is None else spread(ledger, executor, device)
            except StoreError as error:
                raise SweepError(
                    f"{error} Runs that were finished are in .partial, and the same sweep goes on from what is kept.",
                    partial=ledger.snapshot(),
                ) from error
            finally:
                ledger.release_all()
        yield ledger.snapshot()


def _refuse(ledger: Ledger, executor: Executor | None, device: str) -> None:
    """Raise what is wrong, before the first run."""
    if ledger.read_only:
        missing = sum(record is None for record in ledger.records)
        raise StoreError(
            f"{missing} of {len(ledger.runs)} runs are not in the store, which cannot be written: make the file and "
            "its folder writable, or use a store in a folder of your own."
        )
    if executor is not None:
        refuse_shut_down(executor)
    tasks: dict[str, dict[str, Any]] = {}
    for chunk in ledger.left:
        runs = ledger.some(ledger.missing(chunk))
        # Tasks that differ in the seed alone are of one shape, and each may take long to make: one stands for all.
        recipe = tasks.setdefault(json.dumps(runs[0].recipe | {"seed": 0}), runs[0].recipe)
        # Whether a device is there is for the workers to say.
        check(runs, device if executor is None else "cpu", recipe)


def _here(ledger: Ledger, device: str) -> Iterator[Sweep]:
    """Compute in this process, one chunk after the other, and those of another sweep that it leaves behind."""
    while ledger.left or ledger.elsewhere:
        job = ledger.take()
        if job is None:
            time.sleep(WAIT)
            yield ledger.snapshot()
            continue
        for share, records in computing(ledger.some(job.places), device):
            if records:
                ledger.finish(job, records)
            ledger.renew()
            yield ledger.snapshot(0.0 if records else share * job.work)


def _shown(snapshots: Iterator[Sweep]) -> Sweep:
    """The last snapshot, with a bar that counts runs meanwhile."""
    from tqdm.auto import tqdm

    last = next(snapshots)
    with tqdm(total=last.runs, initial=last.finished, unit="run", file=sys.stderr) as bar:
        for snapshot in snapshots:
            if snapshot.news_since(last):
                bar.set_postfix_str(snapshot.caption, refresh=False)
                bar.update(snapshot.finished - last.finished)
            last = snapshot
    return last
