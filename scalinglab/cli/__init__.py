"""The command ``scalinglab``: open the course, check the machine.

Each command is a module of this folder with ``add_arguments(parser)`` and ``run(arguments) -> exit code``, imported
only when it is called. To add one: write the module and name it in ``COMMANDS``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import scalinglab
from scalinglab.cli.machine import REINSTALL, Finding, MachineReport, machine_report

__all__ = ["Finding", "MachineReport", "machine_report", "main"]

#: Command and the line that ``scalinglab --help`` shows for it.
COMMANDS = {
    "lab": "open the course in JupyterLab",
    "check": "say what is missing or wrong on this machine",
    "sweep": "train a grid of networks, write a table",
    "site": "build the course as web pages with live panels",
    "solutions": "write solved chapters, for instructors",
    "assign": "make assignments of chapters, for instructors",
    "exercise": "make an exercise of your own, for instructors",
    "collect": "file what students handed in, for instructors",
    "grade": "grade what students handed in, for instructors",
    "report": "tell how a class did over a term, for instructors",
}
#: An option whose value begins with a minus sign, which argparse would read as the name of another option.
_WITH_MINUS = "--late"


class _Parser(argparse.ArgumentParser):
    """Argparse whose errors are one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; '{self.prog} --help' lists what there is\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 the answer is no, 2 the call is wrong.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``scalinglab``; those of this process if left out. What follows ``--`` is handed to the
        program that the command starts.
    """
    own = list(sys.argv[1:] if argv is None else argv)
    passed_on: list[str] = []
    if "--" in own:
        cut = own.index("--")
        own, passed_on = own[:cut], own[cut + 1 :]

    while _WITH_MINUS in own[:-1]:
        place = own.index(_WITH_MINUS)
        own[place : place + 2] = [f"{_WITH_MINUS}={own[place + 1]}"]

    parser = _Parser(prog="scalinglab", description="An interactive course on how neural networks scale.")
    parser.add_argument("-V", "--version", action="version", version=f"scalinglab {scalinglab.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in own:  # only a command that is called is imported
            import_module(f"scalinglab.cli.{name}").add_arguments(command)

    arguments = parser.parse_args(own)
    if arguments.command is None:
        parser.print_help()
        return 2
    module = import_module(f"scalinglab.cli.{arguments.command}")
    if passed_on and not getattr(module, "PASSES_ON", False):
        parser.error(f"{arguments.command} takes nothing after --, got {' '.join(passed_on)}")
    arguments.passed_on = passed_on
    try:
        return module.run(arguments)
    except ModuleNotFoundError as error:
        sentence = f"{error.name} is missing; {REINSTALL}"
    except (ValueError, FileNotFoundError) as error:
        sentence = str(error)
    print(f"scalinglab {arguments.command}: {sentence}", file=sys.stderr)
    return 2
