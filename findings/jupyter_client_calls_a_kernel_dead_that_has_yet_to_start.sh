#!/usr/bin/env bash
# Guess: `BlockingKernelClient.wait_for_ready(timeout=60)` waits up to 60 seconds for a kernel that takes six to start.
#
# Seen (jupyter_client 8.10.0, ipykernel 7.4.0, Python 3.11, Linux): a client that has a connection file, and no manager
# of the kernel, gives up after about two seconds with "Kernel died before replying to kernel_info". Its heart counts as
# beating until a first answer is missed, so the wait for a heartbeat is over at once; then one second of silence is
# taken for a death. The kernel is alive: a client whose heartbeat channel has a longer `time_to_dead` waits for it.
#
# Fails once the first call waits for the kernel.
set -euo pipefail

folder=$(mktemp -d)
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jupyter_client==8.10.0 ipykernel==7.4.0

"$folder/venv/bin/python" - "$folder/kernel.json" <<'PYTHON'
import subprocess
import sys
import time

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

file, _ = write_connection_file(sys.argv[1])
late = "import sys, time; time.sleep(6); from ipykernel.kernelapp import launch_new_instance as go; go(['-f', sys.argv[1]])"
kernel = subprocess.Popen([sys.executable, "-c", late, file])


def waited(time_to_dead=None):
    """How many seconds a new client waits, and what it says then."""
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    if time_to_dead:
        client.hb_channel.time_to_dead = time_to_dead
    client.start_channels()
    began = time.monotonic()
    try:
        client.wait_for_ready(timeout=60)
        said = "ready"
    except RuntimeError as error:
        said = str(error)
    finally:
        client.stop_channels()
    return time.monotonic() - began, said


first, patient = waited(), waited(60)
alive = kernel.poll() is None
kernel.kill()
for name, (seconds, said) in (("first", first), ("patient", patient)):
    print(f"{name}: {said} after {seconds:.1f} s")
assert first[1] == "Kernel died before replying to kernel_info", first
assert first[0] < 6, first
assert alive
assert patient[1] == "ready", patient
PYTHON
