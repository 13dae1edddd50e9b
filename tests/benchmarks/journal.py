"""A term of attempts that a journal takes in, beside reading the same text."""

from __future__ import annotations

import json

from scalinglab.exercises import Journal
from tests.benchmarks.compare import compare


def run() -> None:
    """Print the ratio at two sizes: it hardly grows, as attempts are not compared one by one."""
    for count in (5_000, 20_000):
        tried = [{"at": f"2027-01-31T09:00:{n:06}Z", "points": n % 3, "seed": n} for n in range(count)]
        text = json.dumps({"format": 1, "attempts": {"00-parameters": tried}})
        print(
            compare(
                f"{count:,} attempts, taken into a journal and read",
                lambda text=text: taken(text),
                lambda text=text: json.loads(text),
                threads=1,
                rounds=7,
            ),
            flush=True,
        )


def taken(text: str) -> None:
    """Two times, as the second must find that all of it is known."""
    Journal().merge(text)
    Journal().merge(text)
