"""What this machine lets the process use, within the limits that Linux sets a container; which processes still run.

The limits are read from the control groups (version 2, memory also from version 1).
"""

from __future__ import annotations

import os
import platform
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
BOOT = Path("/proc/sys/kernel/random/boot_id")
#: Seconds within which two starts of a process with one number are the same start.
SAME_START = 10.0


def memory_limit() -> float | None:
    """Bytes that may be used, or ``None`` where there is no limit."""
    return _number("memory.max", "memory/memory.limit_in_bytes")


def memory_used() -> float:
    """Bytes in use, without those of files that were read and that are handed back when memory is needed."""
    used = _number("memory.current", "memory/memory.usage_in_bytes") or 0.0
    return max(0.0, used - _files_read())


def free_memory() -> float:
    """Bytes that this process may still ask for: what the machine has left, or less where a container is limited."""
    import psutil

    available = float(psutil.virtual_memory().available)
    limit = memory_limit()
    return available if limit is None else max(0.0, min(available, limit - memory_used()))


def cores() -> float | None:
    """Processor time that may be used, in cores, or ``None`` where there is no limit."""
    try:
        quota, period = (CGROUP / "cpu.max").read_text().split()
        return float(quota) / float(period)
    except (OSError, ValueError):  # no such file, or the word "max"
        return None


def _number(*names: str) -> float | None:
    """The number in the first of these files that holds one."""
    for name in names:
        try:
            return float((CGROUP / name).read_text())
        except (OSError, ValueError):
            continue
    return None


def _files_read() -> float:
    for name in ("memory.stat", "memory/memory.stat"):
        try:
            entries = dict(line.split() for line in (CGROUP / name).read_text().splitlines())
            return float(entries["inactive_file"])
        except (OSError, ValueError, KeyError):
            continue
    return 0.0


def process_mark() -> tuple[str, int, float]:
    """What tells this process from all others: where its number counts, the number, and its start in seconds.

    A number counts on one host until its next start, and, on Linux, within one namespace (containers have their own).
    """
    import psutil

    return _place(), os.getpid(), psutil.Process().create_time()


def is_dead(place: str, pid: int, started: float) -> bool:
    """Whether the process with this mark has surely ended; of a process at another place we know nothing."""
    import psutil

    if place != _place():
        return False
    try:
        process = psutil.Process(pid)
        # The start is known by the clock, which may be set meanwhile; a number is not used again within seconds.
        # A zombie has ended, though its parent has not asked how: in a container there may be nobody who does.
        return process.status() == psutil.STATUS_ZOMBIE or abs(process.create_time() - started) > SAME_START
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _place() -> str:
    import psutil

    try:
        boot = BOOT.read_text().strip()
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux
        boot, namespace = f"{psutil.boot_time():.0f}", ""
    return " ".join((platform.node(), boot, namespace))
