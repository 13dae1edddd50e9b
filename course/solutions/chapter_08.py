"""Solutions for chapter 08, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence


def ceiling(size: int, kept: int, labels: int) -> float:
    """The weights, and the smaller of what labels and masks can say, in nats."""
    return kept + min(labels * math.log(2), math.log(math.comb(size, kept)))


def corrected(table: Sequence[Sequence[int]]) -> float:
    """Three corrected entropies."""
    total = sum(map(sum, table))

    def entropy(counts: list[int]) -> float:
        seen = [count / total for count in counts if count]
        return -sum(p * math.log2(p) for p in seen) + (len(seen) - 1) / (2 * total * math.log(2))

    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    return entropy(rows) + entropy(columns) - entropy([count for row in table for count in row])


def likeliest(q: float, bits: float) -> float:
    """Halve the interval from q to 1, in which the divergence grows."""
    if math.log2(1 / q) <= bits:
        return 1.0
    low, high = q, 1.0
    for _ in range(100):
        p = (low + high) / 2
        if p * math.log2(p / q) + (1 - p) * math.log2((1 - p) / (1 - q)) <= bits:
            low = p
        else:
            high = p
    return low


def audit(masks: Sequence[int], fits: Sequence[Sequence[int]]) -> tuple[float, float]:
    """The entropy of the masks, and the divergence of own pairs from all pairs."""
    count = len(masks)
    information = -sum(c / count * math.log2(c / count) for c in Counter(masks).values())
    own = sum(fits[i][i] for i in range(count)) / count
    independent = sum(map(sum, fits)) / count**2
    sides = ((own, independent), (1 - own, 1 - independent))
    return information, sum(p * math.log2(p / q) for p, q in sides if p)


SOLUTIONS = {"08-ceiling": ceiling, "08-corrected": corrected, "08-likeliest": likeliest, "08-audit": audit}
