"""A sweep over a Dask cluster finds what this process finds, also when a worker is killed in the midst of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from distributed import Client, LocalCluster

from scalinglab.cli import main
from scalinglab.training.sweeps.results import SweepError
from scalinglab.training.sweeps.sweep import sweep, sweeping

#: One cluster for all tests, so one worker of xdist.
pytestmark = pytest.mark.xdist_group("dask")

SHORT = {"task": {"name": "digits", "samples": 200}, "width": [3, 4, 5, 6], "seed": range(5), "steps": 20}
#: Eight chunks, long enough that a worker is killed in the midst of them.
LONG = SHORT | {"width": range(8, 40, 4), "steps": 400, "step_size": 0.5, "batch_size": 16}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two workers with one thread each, on this machine, with any free port for its dashboard."""
    before = set(_children())
    # A nanny that starts a killed worker anew says so in the log.
    logging.getLogger("distributed.nanny").setLevel(logging.ERROR)
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with cluster, Client(cluster) as client:
        yield client
    _, alive = psutil.wait_procs(set(_children()) - before, timeout=5)
    assert alive == []


def _children() -> list[psutil.Process]:
    """Processes below this one, but for Python's own tracker of shared resources, which stays for the next who asks."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "resource_tracker" not in " ".join(child.cmdline()):
                found.append(child)
    return found


def test_short_runs_are_the_same_within_rounding(client):
    here = sweep(SHORT, progress=False).rows()
    there = sweep(SHORT, executor=client.get_executor(), progress=False).rows()
    for one, two in zip(here, there, strict=True):
        for name, value in one.items():
            # float32 rounds at 1e-7; twenty steps do not make more than this of it, on any processor.
            assert two[name] == (pytest.approx(value, abs=1e-5) if isinstance(value, float) else value)


def test_a_sweep_ends_with_every_row_though_a_worker_is_killed(client):
    killed = None
    for snapshot in sweeping(LONG, executor=client.get_executor()):
        if snapshot.finished and killed is None:
            killed = min(client.run(os.getpid).values())
            psutil.Process(killed).kill()
            assert snapshot.finished < 40
    assert killed is not None
    assert snapshot.complete
    assert snapshot.failed == snapshot.diverged == 0
    here = sweep(LONG, progress=False).summary(by=["width"])
    for one, two in zip(here, snapshot.summary(by=["width"]), strict=True):
        # The seeds are the same, so the means differ by less than those of other seeds would.
        assert abs(one["mean"] - two["mean"]) < 3 * max(one["standard_error"], two["standard_error"])
    # Whoever was killed is not who computes now.
    assert killed not in client.run(os.getpid).values()


def test_a_stopped_sweep_leaves_the_cluster_to_the_next(client):
    executor = client.get_executor()
    snapshots = sweeping(LONG | {"seed": 7}, executor=executor)
    next(snapshots), next(snapshots)
    snapshots.close()
    assert sweep(LONG | {"seed": 7}, executor=executor, progress=False).complete


def test_a_client_that_is_closed_in_the_middle_hands_over_what_is_done(client):
    with Client(client.scheduler.address) as other:
        snapshots = sweeping(LONG | {"seed": range(5, 8)}, executor=other.get_executor())
        next(snapshot for snapshot in snapshots if snapshot.finished)
    with pytest.raises(SweepError, match=r"^the executor broke or was shut down") as caught:
        list(snapshots)
    assert 3 <= caught.value.partial.finished < 24


def test_a_client_is_no_executor_and_the_sentence_says_what_is(client):
    with pytest.raises(ValueError, match=r"pass client.get_executor\(\) instead"):
        sweep(SHORT, executor=client)


def test_the_command_finds_a_cluster_by_its_address(client, tmp_path, capsys):
    file = tmp_path / "grid.toml"
    file.write_text('task = "digits"\nwidth = [3, 4]\nsteps = 5\n')
    assert main(["sweep", str(file), "--address", client.scheduler.address, "--quiet"]) == 0
    assert capsys.readouterr().out == f"2 of 2 runs. Written to {tmp_path / 'grid.json'}.\n"
