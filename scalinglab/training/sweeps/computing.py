"""Computing a chunk: its runs as one stack, and one by one if the stack fails. Workers run this, and nothing else."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scalinglab._errors import TooLargeError
from scalinglab._later import torch
from scalinglab.training.budgets import budget
from scalinglab.training.loop import train
from scalinglab.training.progress import Training
from scalinglab.training.sweeps.chunks import stacked_settings
from scalinglab.training.sweeps.grids import Run
from scalinglab.training.sweeps.measures import plain
from scalinglab.training.tasks.catalogue import build_task

Record = dict[str, Any]
#: The histories of a run as its record has them, beside the results of its row.
CURVES = {"step": "curve_step", "train_loss": "curve_train_loss", "test_loss": "curve_test_loss"}
CURVES |= {"test_error": "curve_test_error", "validation_loss": "curve_validation_loss"}
#: What a run finds out about itself; the last four only where the task has a validation set.
RESULTS = ("parameters", "status", "diverged_at", "error", "train_loss", "test_loss", "test_error", "device")
VALIDATED = ("validation_loss", "best_step", "best_test_loss", "best_test_error")
#: Longest text of an error that a row keeps.
LONGEST = 500


def compute(runs: Sequence[Run], device: str, ticket: str = "") -> list[Record]:
    """Compute a chunk to its end on one thread; the function that an executor sends to a worker.

    The ticket is not read. It makes each call another one, as Dask gives calls with equal arguments one fate: to cancel
    that of a stopped sweep would cancel that of the next one too.
    """
    with _one_thread:
        _, records = deque(computing(runs, device), maxlen=1).pop()
    return records


def computing(runs: Sequence[Run], device: str) -> Iterator[tuple[float, list[Record]]]:
    """Train runs that stack, and yield the share that is done after each step; with the last one, their records.

    If the stack fails (it does not fit into the memory, say), its runs are tried one by one. One that fails alone gets
    a record that says so.
    """
    try:
        yield from (_stacked if runs[0].measure is None else _measured)(runs, device)
        return
    except Exception as error:
        if len(runs) == 1:
            yield 1.0, [failed(runs[0], device, error)]
            return
    records: list[Record] = []
    for place, run in enumerate(runs):
        for share, record in computing([run], device):
            yield 0.999 * (place + share) / len(runs), []
            records += record
    yield 1.0, records


def check(runs: Sequence[Run], device: str, recipe: Mapping[str, Any] | None = None) -> None:
    """Raise what ``train`` or a measure raises at the call, but for what depends on the machine: its data and memory.

    The recipe may be that of a task that differs from theirs in the seed alone, and is at hand.
    """
    try:
        if (measure := runs[0].measure) is not None:
            measure.begin(runs, device, recipe)
            return
        task = build_task(recipe or runs[0].recipe)
        train(task, device=device, **stacked_settings(runs))  # which begins when it is asked for a step
    except (FileNotFoundError, TooLargeError):
        # Both may be where the workers are. The memory is the last thing that is looked at, so nothing else is wrong.
        return


def failed(run: Run, device: str, error: BaseException) -> Record:
    """The record of a run that raised an error."""
    sentence = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return _record(run, device, status="failed", error=sentence[:LONGEST])


def _stacked(runs: Sequence[Run], device: str) -> Iterator[tuple[float, list[Record]]]:
    """Train runs as one stack, and keep their errors."""
    task, settings = build_task(runs[0].recipe), stacked_settings(runs)
    (parameters,) = budget(task, device=device, **runs[0].settings).parameters
    last = None
    for last in train(task, device=device, **settings):
        yield 0.999 * last.step / last.steps, []
    assert last is not None
    yield 1.0, [_result(run, last, place, parameters, device) for place, run in enumerate(runs)]


def _measured(runs: Sequence[Run], device: str) -> Iterator[tuple[float, list[Record]]]:
    """Let a measure train runs as one stack, and keep the rows that it has in the end."""
    measure, last = runs[0].measure, None
    assert measure is not None
    for last in measure.begin(runs, device):
        yield 0.999 * last.done / max(last.total, 1), []
    rows: list[list[Record]] = [[] for _ in runs]
    for row in last.rows() if last is not None else []:
        values = {name: plain(value) for name, value in row.items()}
        rows[values.pop("network", 0)].append({name: _finite(value) for name, value in values.items()})
    yield (
        1.0,
        [
            {"configuration": run.text, "status": "done", "error": None, "rows": found, "device": device}
            for run, found in zip(runs, rows, strict=True)
        ],
    )


def _finite(value: Any) -> Any:
    """None in the place of a number that is none, as in all records."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _result(run: Run, training: Training, network: int, parameters: int, device: str) -> Record:
    """The record of one network of a finished stack."""
    diverged = int(training.diverged_at[network])
    histories = {"step": training.evaluated.tolist()}
    for name in CURVES:
        history = getattr(training, name, None)
        if name != "step" and history is not None:
            histories[name] = history[network].tolist()
    # A network that has diverged has no numbers any more.
    alive = int(np.isfinite(training.test_loss[network]).sum())
    found: dict[str, Any] = {"parameters": parameters, "status": "done" if diverged < 0 else "diverged"}
    if diverged >= 0:
        found["diverged_at"] = diverged
    else:
        found |= {name: histories[name][-1] for name in ("train_loss", "test_loss", "test_error")}
    if "validation_loss" in histories:
        found |= _best(histories) if diverged < 0 else dict.fromkeys(VALIDATED)
    curves = {CURVES[name]: values[:alive] for name, values in histories.items()}
    return _record(run, device, **found, **curves)


def _best(histories: dict[str, list[Any]]) -> dict[str, Any]:
    """The evaluation at which the validation loss is least: where early stopping would have stopped."""
    losses = histories["validation_loss"]
    best = min(range(len(losses)), key=losses.__getitem__)
    found = (losses[-1], *(histories[name][best] for name in ("step", "test_loss", "test_error")))
    return dict(zip(VALIDATED, found, strict=True))


def _record(run: Run, device: str, **found: Any) -> Record:
    """What is kept of a run, flat and without nan: its configuration as text, and what was found."""
    return {"configuration": run.text} | dict.fromkeys(RESULTS) | found | {"device": device}


class _OneThread:
    """Torch computes on one thread in each thread of this process that is inside.

    Torch has a number for each thread, and one for threads that are new to it; to set the former sets the latter too.
    So each thread that leaves restores both, to what the first one found when nobody was inside. A thread is new until
    torch is asked for its number: before that, what others set would count for it.
    """

    def __init__(self) -> None:
        self.lock, self.inside, self.before = threading.Lock(), 0, 1

    def __enter__(self) -> None:
        with self.lock:
            number = torch.get_num_threads()
            if not self.inside:
                self.before = number
            self.inside += 1
            torch.set_num_threads(1)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            torch.set_num_threads(self.before)


_one_thread = _OneThread()
