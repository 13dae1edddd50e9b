"""What Linux tells of the memory of a kernel that may be the fork of another process."""

from __future__ import annotations

from pathlib import Path

import psutil

from scalinglab.classroom.nbgrader.client import SERVER


def peak_memory(process: int) -> float:
    """The most memory that a kernel has ever had, resident, in MB.

    A fork begins without the pages of files that the process before has read: of libraries, say. A kernel that starts
    by itself reads them, so they count here, too.
    """
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (kilobytes,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    parent = psutil.Process(process).parent()
    if parent and parent.cmdline()[-1] == SERVER:
        own = files_in_memory(process)
        kilobytes += sum(max(0, size - own.get(place, 0)) for place, size in files_in_memory(parent.pid).items())
    return kilobytes * 1024 / 1e6


def files_in_memory(process: int) -> dict[str, int]:
    """How many kilobytes of each file that a process maps are in its memory, by the address."""
    found, place = {}, ""
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        first, *others = line.split(maxsplit=5)
        if not first.endswith(":"):
            place = first if others[-1].startswith("/") else ""
        elif place and first == "Rss:":
            found[place] = int(others[0])
    return found
