"""``scalinglab grade``: nbgrader grades what a class handed in; feedback, tables for an LMS, and a page of it all."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("class_folder", metavar="DIR", help="the folder of the class, which `scalinglab assign` made")
    parser.add_argument("--minutes", type=float, default=5.0, metavar="N", help="for one submission, at most (5)")
    parser.add_argument("--gigabytes", type=float, default=4.0, metavar="N", help="of memory for one, at most (4)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="submissions graded at the same time (1)")
    parser.add_argument("--retry", action="store_true", help="grade anew what could not be graded")
    parser.add_argument("--again", action="store_true", help="grade everything anew")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="let imports of a missing package fail",
    )


def run(arguments: argparse.Namespace) -> int:
    """Grade, write what came of it into ``grades/``, and say where; 1 if a submission could not be graded."""
    from scalinglab.classroom import Limits, grade_class, write_grades

    class_folder = Path(arguments.class_folder).expanduser()
    limits = Limits(minutes=arguments.minutes, gigabytes=arguments.gigabytes)
    say = partial(print, flush=True)
    try:
        names = ("again", "retry", "without", "jobs")
        options = {name: getattr(arguments, name) for name in names}
        results = grade_class(class_folder, limits=limits, say=say, **options)
    except KeyboardInterrupt:
        say("Stopped. What was graded is kept; run it again to go on.")
        return 130
    failed = [one for one in results.submissions if one.problem]
    say(f"Graded {len(results.submissions) - len(failed)} of {len(results.submissions)} submissions.")
    for one in failed:
        say(f"Not graded: {one.assignment}, {one.student}: {one.problem}")
    for path in write_grades(class_folder, results):
        say(f"Written to {path}")
    return 1 if failed else 0
