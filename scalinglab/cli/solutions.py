"""``scalinglab solutions``: chapters with their exercises solved, for instructors.

A chapter's notebook holds stubs, ``course/solutions/`` the answers. What is written here is both in one, and is never
committed. Its links lead to the chapters, wherever it is written.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from scalinglab._checks import fail
from scalinglab.cli.folder import find_course


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "chapters", nargs="+", metavar="CHAPTER", help="a number, such as 05, or the name of a notebook"
    )
    parser.add_argument("--course", metavar="DIR", help="the folder of the chapters, if it is not found by itself")
    parser.add_argument("--out", default=".", metavar="DIR", help="where the solved notebooks are written (here)")


def run(arguments: argparse.Namespace) -> int:
    """Write one solved notebook for each chapter; nothing is overwritten, and nothing is written if one is wrong."""
    from scalinglab._files import write_atomically
    from scalinglab.exercises.building import build_solved, linked_from

    course, out = find_course(arguments.course), Path(arguments.out).expanduser()
    if not out.is_dir():
        raise FileNotFoundError(f"out must be a folder that exists, and {out} is none")
    built = {}
    for chapter in dict.fromkeys(find_chapter(course, given) for given in arguments.chapters):
        solutions, target = solutions_of(chapter), out / f"{chapter.stem}_solved.ipynb"
        if target.exists():
            fail("out", "hold none of the solved notebooks yet: remove it, or name another folder", str(target))
        built[target] = build_solved(chapter, solutions)
        if not out.samefile(course):
            built[target] = linked_from(built[target], Path(os.path.relpath(course, out)).as_posix())
    for target, notebook in built.items():
        write_atomically(target, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
        print(f"Written to {target}.")
    return 0


def find_chapter(course: Path, given: str) -> Path:
    """The notebook of a chapter.

    Parameters
    ----------
    course : Path
    given : str
        Its number ("5" or "05"), its name with or without ``.ipynb``, or a path.

    Raises
    ------
    ValueError
        If there is none; the sentence lists the numbers.
    """
    # The shortest name of a number counts: those of copies and of solved notebooks beside the chapters are longer.
    found = sorted(course.glob("[0-9][0-9]_*.ipynb"), key=lambda path: len(path.stem), reverse=True)
    chapters = {path.stem[:2]: path for path in found}
    name = Path(given).stem
    number = name.zfill(2) if name.isdecimal() else name[:2]
    if number not in chapters or (not name.isdecimal() and chapters[number].stem != name):
        fail("chapter", "be one of " + ", ".join(sorted(chapters)), given)
    return chapters[number]


def solutions_of(chapter: Path) -> Path:
    """The module with the solutions of a chapter.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    solutions = chapter.parent / "solutions" / f"chapter_{chapter.stem[:2]}.py"
    if not solutions.is_file():
        raise FileNotFoundError(f"chapter {chapter.stem[:2]} has no solutions: {solutions} is missing")
    return solutions
