"""Children for tests: processes that start in a moment, as the store is imported once, before they are forked."""

from __future__ import annotations

import json
import subprocess
import sys

#: Reads a line, forks a child for each piece of code in it, tells their numbers, and, in the end, how they ended.
NURSERY = """
import json, os, sys, time, traceback, warnings, psutil
from pathlib import Path
from scalinglab.training.sweeps.store import Store, StoreError
print("ready", flush=True)
for line in sys.stdin:
    children = []
    for code, arguments in json.loads(line):
        child = os.fork()
        if child == 0:
            failed = 1
            try:
                exec(code, globals() | {"arguments": arguments})
                failed = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(failed)
        children.append(child)
    print(json.dumps(children), flush=True)
    print(json.dumps([os.waitpid(child, 0)[1] for child in children]), flush=True)
"""


class Nursery:
    """Processes that run a piece of code each, with ``Store`` and ``arguments`` at hand."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, "-c", NURSERY], stdin=pipe, stdout=pipe, text=True)
        assert self.line() == "ready"

    def close(self) -> None:
        self.process.communicate(timeout=30)

    def line(self) -> str:
        return self.process.stdout.readline().strip()

    def start(self, *children: tuple[str, list[str]]) -> list[int]:
        self.process.stdin.write(json.dumps(children) + "\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def wait(self) -> list[int]:
        return json.loads(self.line())

    def run(self, *children: tuple[str, list[str]]) -> None:
        self.start(*children)
        assert self.wait() == [0] * len(children)
