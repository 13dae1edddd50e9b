"""The limits that Linux sets a container, read from its control groups (version 2, memory also from version 1)."""

from __future__ import annotations

from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def memory_limit() -> float | None:
    """Bytes that may be used, or ``None`` where there is no limit."""
    return _number("memory.max", "memory/memory.limit_in_bytes")


def memory_used() -> float:
    """Bytes in use, without those of files that were read and that are handed back when memory is needed."""
    used = _number("memory.current", "memory/memory.usage_in_bytes") or 0.0
    return max(0.0, used - _files_read())


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
