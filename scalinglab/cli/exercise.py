"""``scalinglab exercise``: an exercise of the instructor's own, from a few short files into an assignment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scalinglab._checks import fail

if TYPE_CHECKING:
    from scalinglab.classroom.own_exercises.proofs import Proved


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "step",
        choices=("new", "test", "add"),
        metavar="STEP",
        help="new: write a small one that you change; test: say whether it is ready; add: put it into an assignment",
    )
    parser.add_argument("key", metavar="KEY", help="its name, such as half-life; students see own-half-life")
    parser.add_argument(
        "--class", dest="class_folder", metavar="DIR", required=True, help="the folder that `scalinglab assign` made"
    )
    parser.add_argument("--to", metavar="ASSIGNMENT", help="for add: a number, such as 05, or 05_random_features")


def run(arguments: argparse.Namespace) -> int:
    """Do one step and say what comes next; 2 if the exercise is not ready."""
    class_folder, key = Path(arguments.class_folder).expanduser(), arguments.key
    if arguments.step == "add":
        if arguments.to is None:
            raise ValueError("add needs --to, the assignment that gets the exercise")
        return _add(class_folder, key, arguments.to)
    if arguments.to is not None:
        fail("--to", f"be left out with {arguments.step}: only add takes it", arguments.to)
    return _new(class_folder, key) if arguments.step == "new" else _test(class_folder, key)


def _new(class_folder: Path, key: str) -> int:
    from scalinglab.classroom.own_exercises.making import new_exercise

    for path in new_exercise(class_folder, key):
        print(f"Written: {path}")
    print("This small exercise works. Change its files into yours, then run:")
    print(f"scalinglab exercise test {key} --class {class_folder}")
    return 0


def _test(class_folder: Path, key: str) -> int:
    from scalinglab.classroom.own_exercises.making import try_exercise

    proved = try_exercise(class_folder, key)
    print(_table(proved))
    for problem in proved.problems:
        print(f"- {problem}")
    if proved.problems:
        raise ValueError(
            f"{proved.exercise.key} is not ready: {len(proved.problems)} of {len(proved.rows)} lines say no"
        )
    print("It is ready. Put it into an assignment with:")
    print(f"scalinglab exercise add {key} --to ASSIGNMENT --class {class_folder}")
    return 0


def _table(proved: Proved) -> str:
    """One line for each answer that was tried."""
    exercise, sets = proved.exercise, proved.data["sets"]
    cases = max(map(len, sets))
    numbers = "the same numbers for everybody" if len(sets) == 1 else f"{len(sets)} sets of numbers"
    head = (
        f"{exercise.key}: {exercise.title} ({exercise.difficulty}, {exercise.points} points, {cases} cases, {numbers})"
    )
    told = [("what is tried", "right?", "what the check should say")]
    told += [(row.what, "no" if row.problem else "yes", row.wanted) for row in proved.rows]
    wide = max(len(what) for what, *_ in told)
    return "\n".join([head, *(f"  {what:<{wide}}  {right:<6}  {wanted}" for what, right, wanted in told)])


def _add(class_folder: Path, key: str, assignment: str) -> int:
    from scalinglab.classroom.own_exercises.making import add_exercise

    added = add_exercise(class_folder, key, assignment)
    start = "Unchanged" if added.unchanged else "For students"
    print(f"{start}: {added.release}, with all its files: {', '.join(added.files)}")
    if added.submissions:
        print(
            f"Submissions that are there already: {added.submissions}. Grade them anew: scalinglab grade {class_folder}"
        )
    return 0
