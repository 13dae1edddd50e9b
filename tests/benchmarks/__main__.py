"""Run all benchmarks, or those named: ``python -m tests.benchmarks browser``."""

from __future__ import annotations

import importlib
import sys

ALL = (
    "training",
    "sweep",
    "journal",
    "fits",
    "random_features",
    "heavy_tails",
    "compression",
    "pruning",
    "pruning_information",
    "networks",
    "machine",
    "grading",
    "first_panel",
    "term",
    "browser",
    "site",
)

if unknown := [name for name in sys.argv[1:] if name not in ALL]:
    print(f"benchmark must be one of {', '.join(ALL)}, got {unknown[0]!r}", file=sys.stderr)
    sys.exit(2)
for name in sys.argv[1:] or ALL:
    print(f"== {name}", flush=True)
    importlib.import_module(f"tests.benchmarks.{name}").run()
