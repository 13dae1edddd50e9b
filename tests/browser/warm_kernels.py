"""Kernels of the server in the browser tests: most are forks of a process that has imported what chapters import.

To import it takes as long as to run many a chapter. That of chapter 00 starts by itself, as a student's kernel does.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from scalinglab.classroom.nbgrader.forked_kernels import ForkedKernelManager, ForkedProvisioner, KernelServer
from tests.course.notebooks import TRAIN_NOTHING, TRAINS_LATE

#: The chapter whose kernel starts by itself.
COLD = "00"
#: What notebooks with panels import, and what chapters import in which networks are trained.
LIGHT = ("numpy", "scalinglab.bibliography", "scalinglab.exercises", "scalinglab.live")
HEAVY = (*LIGHT, "torch", "scalinglab.training", "scalinglab.tables")


@cache
def forking(modules: tuple[str, ...]) -> KernelServer:
    """A process with these modules; it ends with the server."""
    started = KernelServer(modules)
    atexit.register(started.close)
    return started


class WarmProvisioner(ForkedProvisioner):
    """Chooses by the notebook what has been imported when its kernel starts."""

    def choose(self, environment: Mapping[str, str]) -> KernelServer | None:
        number = Path(environment.get("JPY_SESSION_NAME", "")).name[:2]
        if number == COLD:
            return None
        return forking(HEAVY if number.isdigit() and number not in (*TRAIN_NOTHING, TRAINS_LATE) else LIGHT)


class WarmKernelManager(ForkedKernelManager, ServerKernelManager):
    """A kernel as the server has them, started by forking."""

    starter = WarmProvisioner
