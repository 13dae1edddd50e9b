"""What a training run shows of itself: frozen snapshots over histories that only ever grow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer
from scalinglab.training.networks.families import Named
from scalinglab.training.networks.making import AnyStack
from scalinglab.training.networks.perceptrons import Arrays
from scalinglab.training.plans import Plan

HISTORIES = ("train_loss", "test_loss", "test_error", "validation_loss", "validation_error")


class Record:
    """The histories of one run, with a column for each evaluation of the schedule; written by the loop alone."""

    def __init__(self, plan: Plan, stack: AnyStack) -> None:
        shape = (plan.networks, len(plan.evaluated))
        self.plan, self.stack = plan, stack
        self.step, self.count = plan.start, 0
        names = HISTORIES if plan.task.validation_inputs is not None else HISTORIES[:3]
        self.histories = {name: np.full(shape, np.nan) for name in names}
        self.diverged_at = _frozen(np.full(plan.networks, -1))
        self.kept: dict[int, Arrays | Named] = {}

    def add(self, **columns: NDArray[np.float64]) -> None:
        """Write one evaluation; networks that have diverged get no numbers."""
        alive = self.diverged_at < 0
        for name, column in columns.items():
            self.histories[name][alive, self.count] = column[alive]
        self.count += 1

    def diverge(self, network: int) -> None:
        """Note that a network diverged at this step, and put its parameters aside."""
        self.kept[network] = self.arrays(network)
        # A copy, so that the snapshots of earlier steps keep theirs.
        noted = self.diverged_at.copy()
        noted[network] = self.step
        self.diverged_at = _frozen(noted)

    def arrays(self, network: int) -> Any:
        """Parameters of a network now, or at its divergence."""
        kept = self.kept.get(network)
        return kept if kept is not None else self.stack.take(network)

    def snapshot(self) -> Training:
        """Freeze the present."""
        return Training(self.step, self.plan.steps, self.diverged_at, self, self.count)


@dataclass(frozen=True, repr=False, eq=False)
class Training:
    """A training run as it stands after some step.

    A snapshot is cheap: it copies nothing, and its histories never change. Its parameters do: see ``arrays``.

    Attributes
    ----------
    step, steps : int
        Updates made so far, and in all; also called ``done`` and ``total``, for progress bars.
    diverged_at : array of int, shape (networks,)
        Updates that a network had made when its loss was found not finite or above ``loop.BOUND``; -1 for those that
        are alive. A network is frozen then, and its later entries in the histories are nan.
    """

    step: int
    steps: int
    diverged_at: NDArray[np.int64]
    _record: Record
    _count: int

    @property
    def done(self) -> int:
        """Updates made so far."""
        return self.step

    @property
    def total(self) -> int:
        """Updates in all."""
        return self.steps

    @property
    def networks(self) -> int:
        """Height of the stack."""
        return len(self.diverged_at)

    @property
    def evaluated(self) -> NDArray[np.int64]:
        """Steps that were evaluated so far, shape (evaluations,)."""
        return _frozen(self._record.plan.evaluated[: self._count])

    @property
    def train_loss(self) -> NDArray[np.float64]:
        """Mean loss, shape (networks, evaluations), on the network's first 256 training samples, or all.

        It is measured at the same parameters as the test loss, so the difference of the two is the generalization gap.
        A penalty is not a part of any loss here.
        """
        return self._history("train_loss")

    @property
    def test_loss(self) -> NDArray[np.float64]:
        """Mean loss on the test set, shape (networks, evaluations): cross-entropy in nats, or mean squared error."""
        return self._history("test_loss")

    @property
    def test_error(self) -> NDArray[np.float64]:
        """Share of the test set that is misclassified, shape (networks, evaluations).

        Of a regression: the mean squared error in units of the variance of the test labels.
        """
        return self._history("test_error")

    @property
    def validation_loss(self) -> NDArray[np.float64] | None:
        """As ``test_loss``, on the task's validation set if it has one."""
        return self._history("validation_loss") if "validation_loss" in self._record.histories else None

    @property
    def validation_error(self) -> NDArray[np.float64] | None:
        """As ``test_error``, on the task's validation set if it has one."""
        return self._history("validation_error") if "validation_error" in self._record.histories else None

    def _history(self, name: str) -> NDArray[np.float64]:
        return _frozen(self._record.histories[name][:, : self._count])

    @property
    def caption(self) -> str:
        """How many networks have diverged, in words; empty if none."""
        diverged = int(np.count_nonzero(self.diverged_at >= 0))
        return f"{diverged} of {self.networks} networks diverged." if diverged else ""

    def rows(self) -> list[dict[str, Any]]:
        """One flat record for each network and evaluation, none after a divergence.

        The ``status`` is that of the network, "alive" or "diverged", in all of its rows.
        """
        plan, rows = self._record.plan, []
        histories = {name: self._history(name).tolist() for name in self._record.histories}
        steps, ends = self.evaluated.tolist(), self.diverged_at.tolist()
        for network in range(self.networks):
            about = {
                "network": network,
                "seed": plan.seed[network],
                "width": plan.width[network],
                "step_size": plan.step_size[network],
                "samples": plan.samples[network],
                "status": "alive" if ends[network] < 0 else "diverged",
            }
            mine = zip(*(history[network] for history in histories.values()), strict=True)
            for step, values in zip(steps, mine, strict=True):
                # A loss that is nan is one that a diverged network does not have.
                if not math.isnan(values[0]):
                    rows.append(about | {"step": step} | dict(zip(histories, values, strict=True)))
        return rows

    def arrays(self, network: int) -> Any:
        """The parameters of one network at this step, as read-only float64 copies without padding.

        Parameters
        ----------
        network : int
            Its place in the stack, from 0.

        Returns
        -------
        tuple of (weight, bias), one for each layer, or dict
            Of perceptrons, of the shapes (outputs, inputs) and (outputs,). Of other networks a dict from names to
            arrays, in the order of the module's ``named_parameters``. Of a diverged network: as they were when it was
            found out.

        Raises
        ------
        ValueError
            If there is no such network.
        RuntimeError
            If the training has gone on since: a snapshot holds no copy of the parameters.
        """
        if non_negative_integer("network", network) >= self.networks:
            fail("network", f"be below {self.networks}, the number of networks", network)
        if self.step != self._record.step and not 0 <= self.diverged_at[network] <= self.step:
            raise RuntimeError(
                f"the parameters of step {self.step} are gone, as training went on to step {self._record.step}: "
                "call arrays() before asking for the next step"
            )
        return self._record.arrays(network)

    def weights(self, network: int) -> tuple[NDArray[np.float64], ...]:
        """The arrays of one network that masks are for, in the order of masks.

        Of perceptrons the weights of each layer; of other networks the parameters of two or more dimensions, but for
        those of ``torch.nn.Embedding``. Never biases, norms and tables of codes.

        Parameters
        ----------
        network : int

        Raises
        ------
        ValueError, RuntimeError
            As ``arrays`` does.
        """
        arrays, plan = self.arrays(network), self._record.plan
        if plan.network is None:
            return tuple(weight for weight, _ in (arrays[1:] if plan.table else arrays))
        return tuple(arrays[name] for name in plan.network.weights(plan.width[network]))

    def __repr__(self) -> str:
        diverged = int(np.count_nonzero(self.diverged_at >= 0))
        return f"Training(step {self.step} of {self.steps}, {self.networks} networks, {diverged} diverged)"


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view."""
    view = array.view()
    view.setflags(write=False)
    return view
