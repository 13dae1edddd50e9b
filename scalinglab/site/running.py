"""Chapters run in processes of their own, as in kernels of their own, and the pieces of their pages kept."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import queue
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from scalinglab.live import Panel
from scalinglab.site.executing import CellError, execute
from scalinglab.site.keeping import Kept, cell_keys
from scalinglab.site.parts import Cell

#: A chapter, how many of its cells are made, of how many, and lines of the report.
Told = tuple[str, int, int, list[str]]


def cells_of(path: Path) -> tuple[Cell, ...]:
    """The cells of a notebook, without outputs."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Cell(
            str(cell.get("id", f"cell-{number}")),
            cell["cell_type"],
            "".join(cell["source"]),
            bool(cell.get("metadata", {}).get("jupyter", {}).get("source_hidden")),
        )
        for number, cell in enumerate(notebook["cells"], start=1)
    )


@contextlib.contextmanager
def named(stem: str) -> Iterator[None]:
    """What is wrong with a chapter is told with its name."""
    try:
        yield
    except CellError:
        raise
    except ValueError as problem:
        raise ValueError(f"{stem}.ipynb: {problem}") from problem


def run_chapters(
    paths: Sequence[Path],
    folder: Path,
    jobs: int,
    *,
    step: Callable[[str, int, int], None] = lambda chapter, done, total: None,
    say: Callable[[str], None] = print,
) -> None:
    """Run chapters, at most so many at a time, and keep the pieces of their pages; the first error ends them all.

    Parameters
    ----------
    paths : sequence of Path
        The notebooks.
    folder : Path
        Where pieces are kept.
    jobs : int
        How many run at the same time.
    step, say : callable
        See ``build_site``.

    Raises
    ------
    ValueError
        If a cell fails, or a process ends before it is done.
    """
    context = multiprocessing.get_context("spawn")
    told: Any = context.Queue()
    waiting, running = list(paths), dict[str, BaseProcess]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                path = waiting.pop(0)
                running[path.stem] = context.Process(target=_alone, args=(path, folder, told), daemon=True)
                with _one_thread():
                    running[path.stem].start()
            try:
                what, *rest = told.get(timeout=0.2)
            except queue.Empty:
                ended = [stem for stem, process in running.items() if not process.is_alive()]
                if ended and told.empty():
                    sentence = f"the process of {ended[0]}.ipynb ended, maybe for want of memory: try --jobs 1"
                    raise ValueError(sentence) from None
                continue
            if what == "failed":
                raise rest[0]
            if what == "done":
                running.pop(rest[0]).join()
            else:
                stem, done, total, report = rest
                step(stem, done, total)
                for line in report:
                    say(line)
    finally:
        for process in running.values():
            process.terminate()
            process.join()


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """What is started has one thread: two processes of one do more than two of many that wait for each other."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ |= dict.fromkeys(names, "1")
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _alone(path: Path, folder: Path, told: Any) -> None:
    """What a process does; it ends with the command, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        run_chapter(path, folder, lambda so_far: told.put(("told", *so_far)))
    except ValueError as problem:
        told.put(("failed", ValueError(str(problem))))
    except Exception:
        told.put(("failed", RuntimeError(f"{path.name} could not be built\n{traceback.format_exc()}")))
    else:
        told.put(("done", path.stem))


def _end_with_parent() -> None:
    """Wait for the end of the process that started this one: one that is killed ends nobody."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def run_chapter(path: Path, folder: Path, tell: Callable[[Told], None]) -> None:
    """Run one chapter and keep the pieces of its page; tells how far it is, and what there is to say.

    Raises
    ------
    CellError
        If a cell fails.
    """
    from scalinglab.site.rendering import render_cell

    store = Kept(folder)
    keys = cell_keys(path.stem, cells_of(path))
    with tempfile.TemporaryDirectory() as journal:
        executed = execute(path, Path(journal))
        code = [cell for cell in executed.cells if cell.kind == "code"]
        for done, cell in enumerate(code, start=1):
            parts = store.read(keys[cell.id])
            if parts is None:
                with named(path.stem):
                    parts = render_cell(cell, executed)
                panels = bool(cell.outputs) and all(isinstance(one.value, Panel) for one in cell.outputs)
                store.write(keys[cell.id], parts, panels=panels)
            tell((path.stem, done, len(code), [line for part in parts for line in part.report]))
