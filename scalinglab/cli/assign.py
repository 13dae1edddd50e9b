"""``scalinglab assign``: chapters as assignments of an nbgrader course, for instructors."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalinglab.cli.folder import find_course
from scalinglab.cli.solutions import find_chapter, solutions_of

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "chapters", nargs="+", metavar="CHAPTER", help="a number, such as 05, or the name of a notebook"
    )
    parser.add_argument("--course", required=True, metavar="DIR", help="nbgrader's folder; made if it is not there")
    parser.add_argument("--chapters", dest="folder", metavar="DIR", help="the folder of the chapters, if not found")
    parser.add_argument(
        "--replace", action="store_true", help="build anew what is there already; never if it has submissions"
    )


def run(arguments: argparse.Namespace) -> int:
    """Build source and release version of each chapter, and say what students get."""
    from scalinglab.exercises.assignments import assign

    folder = find_course(arguments.folder)
    chapters = [find_chapter(folder, given) for given in arguments.chapters]
    course = Path(arguments.course).expanduser()
    made = assign(course, {chapter: solutions_of(chapter) for chapter in chapters}, replace=arguments.replace)
    for path in made.unchanged:
        print(f"Unchanged: {path}")
    for path in made.released:
        print(f"For students: {path}")
    print(f"Collect what they hand in with: scalinglab collect {course} ZIP")
    return 0
