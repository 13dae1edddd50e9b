"""Change modules and count what their tests notice: ``python -m tests.mutation [MODULE ...]``."""

from __future__ import annotations

import argparse
import os
import time
import tomllib
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.trials import finished, load_libraries, path_of, start

MODULES = tomllib.loads(Path(__file__).with_name("modules.toml").read_text())


def baseline(module: str, tests: list[str]) -> float:
    """Seconds that the tests take with the module as it is; they must pass."""
    began = time.monotonic()
    if os.waitpid(start(module, path_of(module).read_text(), tests, loud=True), 0)[1]:
        raise SystemExit(f"{module}: its tests must pass before anything is changed")
    return time.monotonic() - began


def survivors(module: str, tests: list[str], changed: list[Mutant], jobs: int) -> list[Mutant]:
    """Changes that no test notices. One that makes the tests take five times as long is noticed."""
    seconds, waiting, running, since, left = 20 + 5 * baseline(module, tests), changed[:], {}, {}, []
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            process = start(module, mutant.source, tests)
            running[process], since[process] = mutant, time.monotonic()
        for process, passed in finished(since, seconds):
            mutant = running.pop(process)
            del since[process]
            if passed:
                left.append(mutant)
                print(f"{path_of(module)}:{mutant.line}\n  - {mutant.before}\n  + {mutant.after}", flush=True)
        time.sleep(0.02)
    return left


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of modules.toml; all, if none is given")
    parser.add_argument("--mutants", type=int, default=50, help="for each module, at most (50)")
    parser.add_argument("--seed", default="0", help="draws the places (0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once (one for each core)")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(MODULES):
        parser.error(f"MODULE must be one of {', '.join(MODULES)}, got {', '.join(sorted(unknown))}")
    load_libraries()
    rows = []
    for module in options.modules or MODULES:
        changed = mutants(path_of(module).read_text(), options.mutants, f"{options.seed} {module}")
        rows.append((module, len(changed), len(survivors(module, MODULES[module], changed, options.jobs))))
        print(f"{module}: {rows[-1][1] - rows[-1][2]} of {rows[-1][1]}", flush=True)
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    print(f"\n{'module':48} mutants  killed  survived  killed, %")
    for module, count, alive in rows:
        print(f"{module:48} {count:7} {count - alive:7} {alive:9} {100 * (count - alive) / count:10.1f}")


if __name__ == "__main__":
    main()
