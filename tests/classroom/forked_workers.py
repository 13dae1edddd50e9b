"""nbgrader's processes for tests: forked from one that has imported nbgrader, which takes a second of a processor.

Grading starts such a process anew in each of its runs, and the tests run it a hundred times. Forks begin in the state
of a process that has made a release, and has loaded what grading and feedback need. What a command in a process of its
own starts, as that of ``tests/classroom/grading/test_environment_check.py``, begins as it does for users.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from scalinglab.classroom.nbgrader.class_folder import make_class, notebook_of
from scalinglab.classroom.nbgrader.limited_program import LimitedProgram

WORKER = "scalinglab.classroom.nbgrader.worker"
#: What grading and feedback load beside what a release does.
LOADED_LATE = ("scalinglab.classroom.nbgrader.feedback_page", "scalinglab.classroom.nbgrader.forked_kernels")
LOADED_LATE += ("difflib", "ipykernel.connect", "ipykernel.kernelspec", "IPython.lib.lexers", "jinja2.ext")
_LARGEST = 1 << 20


class Template:
    """The process that is forked."""

    def __init__(self) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._asking = threading.Lock()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.classroom.forked_workers", str(other.fileno())],
                cwd=Path(__file__).parents[2],
                pass_fds=[other.fileno()],
            )

    def ask(self, *files: int, **request: Any) -> int | None:
        """Send a request, and files with it; returns the answer, a number or None."""
        with self._asking:
            socket.send_fds(self._socket, [json.dumps(request).encode()], files)
            return json.loads(self._socket.recv(_LARGEST))

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


class Forked:
    """A process of a template, with what ``LimitedProgram`` asks of a ``Popen``."""

    def __init__(self, template: Template, command: Sequence[str], environment: Mapping[str, str], output: int) -> None:
        reading, writing = os.pipe()
        self._template = template
        try:
            pid = template.ask(reading, output, words=command, environment=dict(environment), folder=os.getcwd())
        finally:
            os.close(reading)
        assert pid is not None
        self.pid, self.stdin = pid, os.fdopen(writing, "w")

    def poll(self) -> int | None:
        return self._template.ask(poll=self.pid)

    def wait(self) -> int:
        while (code := self.poll()) is None:
            time.sleep(0.005)
        return code


class ForkedProgram(LimitedProgram):
    """A ``LimitedProgram`` that forks nbgrader's process, where it is asked for that one."""

    template: Template | None = None
    #: Several threads grade, and may be the first to ask at the same time.
    _making = threading.Lock()

    def _start(self, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes]) -> Any:
        if command[1:3] != ["-m", WORKER]:
            return super()._start(command, environment, output)
        return Forked(self.begun(), command, environment, output.fileno())

    @classmethod
    def begun(cls) -> Template:
        """The process that is forked, begun by whoever asks first."""
        with cls._making:
            if cls.template is None:
                cls.template = Template()
            return cls.template

    @classmethod
    def close_template(cls) -> None:
        """End what was forked here, if anything was."""
        with cls._making:
            if cls.template is not None:
                cls.template.close()
            cls.template = None


def main(asking: socket.socket) -> None:
    """Import nbgrader and use it once, then fork when asked, until whoever asks is gone."""
    from scalinglab.classroom.nbgrader import worker

    worker.quick_jsonschema()
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="scalinglab-tests-") as home:
        warnings.simplefilter("ignore")
        _release_once(Path(home), worker)
    for name in LOADED_LATE:
        importlib.import_module(name)
    ended: dict[int, int] = {}
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who asked; they end it
    signal.signal(signal.SIGCHLD, lambda *_: _reap(ended))
    while True:
        content, files, _, _ = socket.recv_fds(asking, _LARGEST, 2)
        if not content:
            return
        request = json.loads(content)
        answer = ended.get(request["poll"]) if "poll" in request else os.fork()
        if answer == 0 and "poll" not in request:
            asking.close()
            _become(request, *files)
            worker.main()
            return
        for file in files:
            os.close(file)
        asking.send(json.dumps(answer).encode())


def _release_once(class_folder: Path, worker: Any) -> None:
    """Make a class with one assignment of one test, and release it."""
    told = {"grade_id": "test", "schema_version": 3, "grade": True, "solution": False, "locked": True, "points": 1}
    test = worker.nbformat.v4.new_code_cell("assert True", metadata={"nbgrader": told | {"task": False}})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    make_class(class_folder)
    file = notebook_of(class_folder, "source", "once")
    file.parent.mkdir(parents=True)
    worker.nbformat.write(worker.nbformat.v4.new_notebook(cells=[test], metadata=kernel), file)
    released = worker._release(class_folder, "once")
    assert not released["problem"], released


def _reap(ended: dict[int, int]) -> None:
    """Note down who has ended, and let it go: whoever killed it waits until its number is free."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            ended[found[0]] = os.waitstatus_to_exitcode(found[1])


def _become(request: Mapping[str, Any], stdin: int, output: int) -> None:
    """Stand where the program that was asked for would stand at its start."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate([stdin, output, output]):
        os.dup2(file, number)
    os.close(stdin)
    os.close(output)
    sys.stdin = os.fdopen(0, closefd=False)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [WORKER, str(os.getppid())]  # which it must not outlive


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
