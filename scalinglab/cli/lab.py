"""``scalinglab lab``: JupyterLab on the course, on this machine only, with no request to any other."""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from scalinglab.cli.folder import FIRST_CHAPTER, find_course, whole_number
from scalinglab.cli.machine import machine_report, port_is_free

#: What follows ``--`` goes to ``jupyter lab``.
PASSES_ON = True
#: Settings that Binder uses too: no news, no update checks, a read-only extension manager, no search for language
#: servers (it calls npm, which looks for a newer version of itself).
SETTINGS = Path(__file__).parent / "jupyter"
#: What the C library's allocator (glibc's; others do not read it) is told in the kernels, which have many threads: to
#: share one pool, not eight for each core, and to hand large blocks back to the system once they are free: what a run
#: in one thread gave back serves the next in another. Chapter 07 takes 70 MB less with it (two cores), in as much
#: time; with smaller blocks training takes longer.
#: `binder/start` and `course/syllabus.md` say the same.
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**20),
}
ADDRESS = "127.0.0.1"
PORTS_TRIED = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.usage = "scalinglab lab [-h] [--port N] [--course DIR] [--no-browser] [-- options of jupyter lab]"
    parser.add_argument("--port", default="8888", metavar="N", help="the port to listen on (8888; the next free one)")
    parser.add_argument("--course", metavar="DIR", help="the folder of the chapters, if it is not found by itself")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")


def run(arguments: argparse.Namespace) -> int:
    """Say what is wrong on this machine, then serve the course until Ctrl-C."""
    wanted = whole_number("port", arguments.port)
    course = find_course(arguments.course)
    said_elsewhere = {"port", "browser"} if arguments.no_browser else {"port"}
    for finding in machine_report(port=wanted, course=course).findings:
        if finding.state != "ok" and finding.name not in said_elsewhere:
            print(f"{finding.state}: {finding.sentence}", flush=True)
    port = _free_port(wanted)
    if port != wanted:
        print(f"Port {wanted} is in use or not allowed; port {port} is taken instead.", flush=True)

    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    page = f"/lab/tree/{FIRST_CHAPTER}" if (course / FIRST_CHAPTER).is_file() else "/lab"
    options: dict[str, object] = {
        "ServerApp.ip": ADDRESS,
        "ServerApp.port": port,
        "ServerApp.root_dir": course,
        "ServerApp.open_browser": not arguments.no_browser,
        "ServerApp.kernel_spec_manager_class": "scalinglab.cli.kernels.OwnKernel",
        "IdentityProvider.token": token,
        "LabApp.default_url": page,
        "LabApp.workspaces_dir": _workspaces(course),
        "JupyterApp.answer_yes": True,  # one Ctrl-C stops it
        "Application.log_level": "ERROR",
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container, as a rule, where there is no other user
        options["ServerApp.allow_root"] = True
    print(
        f"The course opens at http://{ADDRESS}:{port}{page}?token={token} - press Ctrl-C here to stop it.", flush=True
    )
    return _serve(options, arguments.passed_on)


def _free_port(wanted: int) -> int:
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if port_is_free(port):
            return port
    raise ValueError(f"port must be free, and none of the {PORTS_TRIED} from {wanted} on is; choose one with --port")


def _workspaces(course: Path) -> Path:
    """Which tabs were open, kept for each course folder apart from those of the user's own JupyterLab."""
    from platformdirs import user_cache_path

    folder = user_cache_path("scalinglab") / "workspaces" / hashlib.sha256(bytes(course)).hexdigest()[:12]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # nothing can be kept, then, but the page opens
        return Path(tempfile.mkdtemp(prefix="scalinglab-"))
    return folder


def _serve(options: Mapping[str, object], passed_on: Sequence[str]) -> int:
    """Run JupyterLab in this process; what the user passed on wins over an option of ours."""
    # Half of the cores for the kernels' arithmetic, the rest for the page: small networks gain nothing from more.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) // 2)))
    for name, value in ALLOCATOR.items():
        os.environ.setdefault(name, value)
    # Jupyter reads the folders named here before the user's own, which stay as they are.
    if os.environ.pop("JUPYTER_NO_CONFIG", None):  # which would hide ours too: an empty folder in place of the user's
        os.environ["JUPYTER_CONFIG_DIR"] = tempfile.mkdtemp(prefix="jupyter-no-config-")
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([str(SETTINGS), *([others] if others else [])])
    from jupyterlab.labapp import LabApp

    given = {word.lstrip("-").split("=")[0] for word in passed_on if word.startswith("-")}
    given |= {str(LabApp.aliases.get(word)) for word in given}
    ours = [f"--{name}={value}" for name, value in options.items() if name not in given]
    try:
        LabApp.launch_instance(argv=[*ours, *passed_on])
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 0
