"""Kernels that nbgrader gets by forking a process that has imported what they need: the program of ``kernel_server``.

Only ``worker`` imports this, and only where processes can be forked safely: on Linux.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import Empty
from typing import Any
from uuid import uuid4

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbgrader.preprocessors import Execute
from traitlets import Type

from scalinglab.classroom.nbgrader.client import SERVER

_LAUNCHER = "ipykernel_launcher"


class KernelServer:
    """The process that is forked; started anew when other modules or results are asked for.

    Parameters
    ----------
    modules : sequence of str
        What it imports before the first kernel.
    results : sequence of str
        A file of results that kernels start with, and its SHA-256; or none. See ``scalinglab._prepared``.
    """

    _current: KernelServer | None = None
    #: The one whose forks are the next kernels; None if they start by themselves.
    wanted: KernelServer | None = None

    def __init__(self, modules: Sequence[str], results: Sequence[str] = ()) -> None:
        self.start = {"modules": list(modules), "results": list(results)}
        command = [sys.executable, "-m", SERVER]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print(json.dumps(self.start), file=self._process.stdin, flush=True)

    @classmethod
    def use(cls, modules: Sequence[str], results: Sequence[str] = ()) -> None:
        """Let kernels be forked from a process with these modules; without any, kernels start by themselves."""
        if modules and sys.platform == "linux":
            start = {"modules": list(modules), "results": list(results)}
            if cls._current is None or cls._current.start != start or cls._current.ended:
                cls.close_all()
                cls._current = cls(modules, results)
        cls.wanted = cls._current if modules else None

    @classmethod
    def close_all(cls) -> None:
        """End the process that is forked, if there is one."""
        if cls._current is not None:
            cls._current.close()
        cls._current = cls.wanted = None

    @property
    def ended(self) -> bool:
        """Whether a submission, say, has ended the process."""
        return self._process.poll() is not None

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request; raises ``OSError`` if there is no answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise OSError("the process that is forked has ended")
        return json.loads(answer)

    def close(self) -> None:
        """End it, and its kernels with it."""
        self._process.kill()
        self._process.wait()


atexit.register(KernelServer.close_all)


class _Forked:
    """A kernel that is no child of this process, with what ``LocalProvisioner`` asks of a ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, server: KernelServer, pid: int) -> None:
        self._server, self.pid = server, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            try:
                self.returncode = self._server.ask(poll=self.pid)["code"]
            except OSError:
                self.returncode = 1
        return self.returncode

    def wait(self) -> int | None:
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)

    def terminate(self) -> None:
        self.send_signal(15)


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel by forking, if it is one of this Python's; any other as it is started elsewhere."""

    def choose(self, environment: Mapping[str, str]) -> KernelServer | None:
        """The process of which the kernel with this environment becomes a fork; None if it starts by itself."""
        del environment
        return KernelServer.wanted

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; returns where it listens."""
        environment = dict(kwargs.get("env") or os.environ)
        server = self.choose(environment)
        if server is None or _LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        folder, words = str(kwargs.get("cwd") or os.getcwd()), cmd[cmd.index(_LAUNCHER) + 1 :]
        answer = server.ask(start=words, folder=folder, environment=environment)
        self.process = _Forked(server, answer["pid"])
        self.pid = self.pgid = answer["pid"]
        return self.connection_info


class QuickClient(AsyncKernelClient):
    """A client that is ready once its kernel is idle; jupyter_client's listens for 0.2 s whether it says more then.

    What a kernel says later to the question whether it is there, nbclient tells from what it says to a cell.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Ask until the kernel has answered and can be heard; raises ``RuntimeError``, in jupyter_client's words."""
        began = time.monotonic()
        while True:
            self.kernel_info()
            with suppress(Empty):
                reply = await self.get_shell_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self._idle(reply["parent_header"]["msg_id"])
                    self._handle_kernel_info_reply(reply)
                    return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if timeout is not None and time.monotonic() - began > timeout:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _idle(self, asked: str) -> None:
        """Listen until the kernel is idle after a question; raises ``Empty`` if it cannot be heard yet."""
        while True:
            told = await self.get_iopub_msg(timeout=0.2)
            own = told["parent_header"].get("msg_id") == asked
            if own and told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
                return


class ForkedKernelManager(AsyncKernelManager):
    """A manager whose kernels are forked."""

    client_factory = Type(QuickClient, AsyncKernelClient)
    #: How they are started.
    starter = ForkedProvisioner

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        self.kernel_id = self.kernel_id or kwargs.pop("kernel_id", str(uuid4()))  # a server knows its kernels by theirs
        if self.provisioner is None:
            self.provisioner = self.starter(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)


class ExecuteInFork(Execute):
    """nbgrader's step that runs a notebook, in a kernel that is forked; its settings are those of ``Execute``."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named | {"kernel_manager_class": ForkedKernelManager})
