"""``scalinglab check``: the whole report on this machine; exit code 1 if something must be put right first."""

from __future__ import annotations

import argparse

from scalinglab.cli.folder import whole_number
from scalinglab.cli.machine import machine_report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--port", default="8888", metavar="N", help="the port that JupyterLab would listen on")
    parser.add_argument("--course", metavar="DIR", help="the folder of the chapters, if it is not found by itself")


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each finding."""
    report = machine_report(port=whole_number("port", arguments.port), course=arguments.course)
    print(report)
    return 0 if report.ready else 1
