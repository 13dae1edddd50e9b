"""``scalinglab assign``: chapters as assignments of a class, an nbgrader course, for instructors."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scalinglab._checks import fail
from scalinglab.cli.folder import find_course
from scalinglab.cli.solutions import find_chapter, solutions_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "chapters", nargs="+", metavar="CHAPTER", help="a number, such as 05, or the name of a notebook"
    )
    parser.add_argument(
        "--class", dest="class_folder", metavar="DIR", help="nbgrader's folder; made if it is not there"
    )
    parser.add_argument("--course", metavar="DIR", help="the folder of the chapters, if it is not found by itself")
    parser.add_argument("--chapters", dest="chapters_folder", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument(
        "--due",
        metavar="WHEN",
        help="date and time, such as 2027-03-01T23:59, by the clock of this machine, or with an offset, such as "
        "2027-03-01T23:59+01:00; given again for what is assigned already, it moves the due date and changes nothing "
        "else",
    )
    parser.add_argument(
        "--late",
        metavar="RULE",
        help="what lateness costs: -10%%/day or -5%%/hour of what the assignment is worth, or -2/day in points, for "
        "each day or hour that has begun since the due date (a second late is one), down to 0 points; none takes the "
        "rule away",
    )
    parser.add_argument(
        "--exercises", metavar="KEYS", help="those that count, such as 05-endless,05-ridge; the others are practice"
    )
    parser.add_argument(
        "--points",
        action="append",
        default=[],
        metavar="KEY=N",
        help="what an exercise is worth, such as 05-ridge=30; several with commas",
    )
    parser.add_argument(
        "--variant",
        metavar="LETTER",
        help="other numbers for a resit, B to Z. The exercises ask for functions, and a variant changes the numbers "
        "with which the checks call them: an answer written as numbers fails in another variant, a right function "
        "passes in all",
    )
    parser.add_argument(
        "--replace", action="store_true", help="build anew what is there already; never if it has submissions"
    )


def run(arguments: argparse.Namespace) -> int:
    """Build source and release version of each chapter, and say what students get."""
    from scalinglab.classroom import assign
    from scalinglab.classroom.choosing import Choice
    from scalinglab.classroom.late_rules import Deadline

    deadline = Deadline.read(arguments.due, arguments.late)
    choice = Choice.read(arguments.exercises, arguments.points, arguments.variant)
    class_folder, course = _folders(arguments)
    folder = find_course(course)
    chapters = [find_chapter(folder, given) for given in arguments.chapters]
    pairs = {chapter: solutions_of(chapter) for chapter in chapters}
    made = assign(class_folder, pairs, replace=arguments.replace, choice=choice, deadline=deadline)
    for path in made.unchanged:
        print(f"Unchanged: {path}")
    for path in made.released:
        files = sorted(one.name for one in path.parent.iterdir() if one.is_file())
        more = f"{path.parent}, with all its files: {', '.join(files)}" if files[1:] else path
        print(f"For students: {more}")
    for name, told in made.due.items():
        print(f"{name}: {told}")
    print(f"Collect what they hand in with: scalinglab collect {class_folder} ZIP")
    return 0


def _folders(arguments: argparse.Namespace) -> tuple[Path, str | None]:
    """The folder of the class, and that of the chapters if it was named.

    In version 0.1.0 they were called ``--course`` and ``--chapters``. Both still work, with a sentence: ``--course``
    names the class where no ``--class`` does, and ``--chapters`` the chapters.
    """
    class_folder, course = arguments.class_folder, arguments.course
    if class_folder is None:
        if course is None:
            raise ValueError("the following arguments are required: --class")
        _note(f"--course names the folder of the chapters now: write --class {course}, as which it is read here")
        class_folder, course = course, None
    if arguments.chapters_folder is not None:
        if course is not None:
            fail("--course", "stand alone, as --chapters is its old name", arguments.chapters_folder)
        _note(f"--chapters is called --course now: write --class {class_folder} --course {arguments.chapters_folder}")
        course = arguments.chapters_folder
    return Path(class_folder).expanduser(), course


def _note(sentence: str) -> None:
    print(f"scalinglab assign: {sentence}", file=sys.stderr)
