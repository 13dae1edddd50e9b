"""Solutions for chapter 07, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math


def keep(scores: list[float], kept: int) -> list[int]:
    """Sort the places by score, the lower place first where scores are equal."""
    first = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:kept]
    return [int(place in first) for place in range(len(scores))]


def snip(
    inputs: list[list[float]], targets: list[float], hidden: list[list[float]], output: list[float]
) -> list[list[float]]:
    """The chain rule, example by example; the absolute value comes last."""
    gradients = [[0.0] * len(row) for row in hidden]
    for x, target in zip(inputs, targets, strict=True):
        before = [sum(w * value for w, value in zip(row, x, strict=True)) for row in hidden]
        error = sum(v * max(0.0, h) for v, h in zip(output, before, strict=True)) - target
        for unit, h in enumerate(before):
            if h > 0:
                for place, value in enumerate(x):
                    gradients[unit][place] += error * output[unit] * value / len(inputs)
    pairs = zip(hidden, gradients, strict=True)
    return [[abs(w * g) for w, g in zip(row, slopes, strict=True)] for row, slopes in pairs]


def effective(masks: list[list[list[int]]]) -> int:
    """Mark the units that an input reaches, going up, and those that reach an output, going down."""
    reached = [[True] * len(masks[0][0])]
    for rows in masks:
        reached.append([any(kept and below for kept, below in zip(row, reached[-1], strict=True)) for row in rows])
    reaching = [[True] * len(masks[-1])]
    for rows in reversed(masks):
        above = reaching[0]
        reaching.insert(
            0, [any(row[i] and up for row, up in zip(rows, above, strict=True)) for i in range(len(rows[0]))]
        )
    return sum(
        bool(kept and reached[layer][i] and reaching[layer + 1][j])
        for layer, rows in enumerate(masks)
        for j, row in enumerate(rows)
        for i, kept in enumerate(row)
    )


def erk(shapes: list[tuple[int, int]], kept: int) -> list[int]:
    """Fill the layers that would overflow, share what is left, and round by the largest remainders."""
    sizes, shares = [a * b for a, b in shapes], [a + b for a, b in shapes]
    full: set[int] = set()
    while True:
        left = kept - sum(sizes[layer] for layer in full)
        factor = left / sum(share for layer, share in enumerate(shares) if layer not in full)
        wanted = [sizes[n] if n in full else factor * share for n, share in enumerate(shares)]
        over = {layer for layer, want in enumerate(wanted) if want > sizes[layer]}
        if not over:
            break
        full |= over
    counts = [math.floor(want) for want in wanted]
    for layer in sorted(range(len(counts)), key=lambda n: counts[n] - wanted[n])[: kept - sum(counts)]:
        counts[layer] += 1
    return counts


SOLUTIONS = {"07-keep": keep, "07-snip": snip, "07-effective": effective, "07-erk": erk}
