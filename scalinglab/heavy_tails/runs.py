"""Results that grow while something runs: a panel streams them, and shows how far the run has come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scalinglab._growing import Growing

#: Where a chart of stable-equivalent indices may mark networks that have none: below all that is seen.
MARK = 1.02


@dataclass(frozen=True, repr=False)
class LayerRuns(Growing):
    """Tail indices of the layers of networks in training; see ``train_layers``.

    ``rows()`` has a record for each network and layer: ``network``, ``step_size``, ``batch_size``, ``layer``,
    ``characteristic``, ``hill``, ``prunable``, ``status`` ("alive"); and one for each network that is lost:
    ``status`` "diverged" or "died", with ``mark``, a place below all indices where a chart may show it.

    Attributes
    ----------
    done, total : int
        Training steps.
    """

    @property
    def lost(self) -> int:
        """How many networks have diverged or died."""
        return sum(row["status"] != "alive" for row in self.found)

    @property
    def networks(self) -> int:
        """How many networks there are."""
        return len({row["network"] for row in self.found})

    @property
    def caption(self) -> str:
        """How many networks are lost, in words."""
        return f"{self.lost} of {self.networks} networks diverged or died." if self.lost else "All networks learn."


@dataclass(frozen=True, repr=False)
class DependenceRuns(Growing):
    """Dependence between the columns of a layer, width by width; see ``dependence_over_widths``.

    ``rows()`` has a record for each width and kind: ``width``, ``of`` ("vectors" or "lengths"), ``correlation``,
    ``low``, ``high``, ``train_loss``.

    Attributes
    ----------
    done, total : int
        Training steps, over all widths.
    """

    @property
    def caption(self) -> str:
        """Mean training loss at the largest width so far."""
        if not self.found:
            return ""
        last = self.found[-1]
        return f"Training loss at width {last['width']}: {last['train_loss']:.2g} nats on average."


@dataclass(frozen=True, repr=False)
class ColumnErrors(Growing):
    """Pruning errors of columns by SGD, draw by draw; see ``column_errors``.

    ``rows()`` has a record for each draw, kind of batches and number of columns: ``batches`` ("own" or "shared"),
    ``columns``, ``seed``, ``error``; ``series`` names the line that it belongs to.

    Attributes
    ----------
    done, total : int
        Draws.
    """

    def median(self, batches: str, columns: int) -> float:
        """Median error over the draws so far.

        Parameters
        ----------
        batches : {"own", "shared"}
        columns : int
            One of those that were asked for.

        Raises
        ------
        ValueError
            If there is no such row.
        """
        errors = [row["error"] for row in self.found if (row["batches"], row["columns"]) == (batches, columns)]
        if not errors:
            raise ValueError(f"columns must be among those that were asked for, got {columns!r}")
        return float(np.median(errors))
