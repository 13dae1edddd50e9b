"""``scalinglab report``: how a class did over all of its assignments, as a page and as tables."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--class",
        dest="class_folder",
        metavar="DIR",
        required=True,
        help="the folder of the class, which `scalinglab assign` made",
    )


def run(arguments: argparse.Namespace) -> int:
    """Read nbgrader's gradebook, write page and tables into ``grades/``, and say where."""
    from scalinglab.classroom import read_results, write_term

    class_folder = Path(arguments.class_folder).expanduser()
    try:
        results = read_results(class_folder)
    except KeyboardInterrupt:
        print("Stopped. Nothing was changed; run it again.")
        return 130
    graded = sum(not one.problem for one in results.submissions)
    print(
        f"Read {len(results.titles)} assignment{'s' * (len(results.titles) != 1)}, "
        f"{len(results.students)} student{'s' * (len(results.students) != 1)}, "
        f"{graded} graded of {len(results.submissions)} submissions."
    )
    try:
        written = write_term(class_folder, results)
    except OSError as problem:
        raise ValueError(
            f"{problem.filename or 'a file'} cannot be written ({problem.strerror or problem})"
        ) from problem
    for path in written:
        print(f"Written to {path}")
    return 0
