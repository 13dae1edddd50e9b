"""What masks know, one thread: the paired test, all labelings of 8 points, the inequality; in CPU seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import torch

from scalinglab.pruning import coin_flips, mask_events, mask_information, memorisation


def run() -> None:
    """Print a line for each promise."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _seconds("paired test, 12 seeds, 12-32-32-1, 10 rounds (bar 8)", lambda: memorisation(coin_flips(120, 12)))
        _seconds("256 labelings, 8 methods, 3 networks", lambda: mask_information(coin_flips(8, 6)))
        _seconds("the inequality, 64 labelings, 5 methods", lambda: mask_events(coin_flips(6, 6)))
    finally:
        torch.set_num_threads(before)


def _seconds(name: str, call: Callable[[], Iterable[object]]) -> None:
    spent = []
    for _ in range(3):
        began = time.process_time()
        for _ in call():
            pass
        spent.append(time.process_time() - began)
    print(f"{name:<56} {sorted(spent)[1]:5.1f} CPU s  ({min(spent):.1f} to {max(spent):.1f})", flush=True)
