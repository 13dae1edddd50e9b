"""``scalinglab collect``: what students handed in, filed where grading looks for it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalinglab.classroom.submissions.collecting import Collected, Filed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("class_folder", metavar="DIR", help="the folder of the class, which `scalinglab assign` made")
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="ZIP",
        help="a download of Canvas, Moodle or Blackboard, or a folder with a folder or a file for each student",
    )


def run(arguments: argparse.Namespace) -> int:
    """Say for each student what was filed, then what was not; 1 if something was left over."""
    try:
        from scalinglab.classroom import collect

        done = collect(Path(arguments.class_folder).expanduser(), [Path(one).expanduser() for one in arguments.sources])
    except KeyboardInterrupt:
        print("Stopped. Nothing is lost; run it again to go on.")
        return 130
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise ValueError(f"{problem.filename or 'a file'} cannot be used ({problem.strerror or problem})") from problem
    for student in done.students:
        new = " (new)" if student in done.new_students else ""
        print(f"{student}{new}: {'; '.join(_said(done, student)) or 'nothing was filed'}")
    if done.left_over:
        print("Not filed:")
    for file in done.left_over:
        print(f"  {file.file} {file.reason}{f' ({file.student})' if file.student else ''}")
    print(_counted(done))
    return 1 if done.left_over else 0


def _said(done: Collected, student: str) -> list[str]:
    """What became of the files of one student, a phrase for each."""
    phrases = []
    for one in done.filed:
        if one.student == student:
            phrases.append(f"{_name(one)} filed" + (f", the older one is in {one.replaced}" if one.replaced else ""))
    phrases += [f"{_name(one)} unchanged" for one in done.unchanged if one.student == student]
    return phrases


def _name(file: Filed) -> str:
    """A submission by its assignment, a journal by that and its own name."""
    notebook = file.file == f"{file.assignment}.ipynb"
    return file.assignment if notebook else f"{file.file} of {file.assignment}"


def _counted(done: Collected) -> str:
    students, files = len(done.students), len(done.filed)
    return (
        f"{students} student{'s' * (students != 1)}: {files} file{'s' * (files != 1)} filed "
        f"({len(done.replaced)} in the place of an older one), {len(done.unchanged)} unchanged, "
        f"{len(done.left_over)} not filed."
    )
