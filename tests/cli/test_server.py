"""A real server: who may reach it, which Python runs the notebooks, and that nothing leaves this machine.

The server and its kernel run with an audit hook (a ``sitecustomize`` on their path) that writes down every address
off this machine that either tries to look up or to reach. The user whose machine it is has settings that would open
the server to everyone without a token, a ``python3`` kernel that is not this Python, and an ``npm`` that notes when it
is called, as the real one may look for a newer version of itself.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient

TOKEN = "a-token-for-this-test"
HOOK = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if not isinstance(address, tuple):  # a socket that is a file
            return
        host = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")
    if not (host in ("", "localhost", "::1", "0.0.0.0") or host.startswith("127.")):
        with open(os.environ["CALLS_FILE"], "a") as calls:
            calls.write(f"{event} {host} {sys.argv[:1]}\\n")

sys.addaudithook(watch)
"""
NOTEBOOK = {
    "cells": [],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
#: A shell that starts a program in the background may have switched Ctrl-C off for it; a terminal never does.
START = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from scalinglab.cli import main
sys.exit(main(sys.argv[1:]))
"""

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl-C, which Windows does not have"),
    pytest.mark.xdist_group("lab_server"),
]


@dataclass
class Server:
    """A running ``scalinglab lab`` and the folder of everything that it may touch."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    settings_before: dict[str, str]

    def get(self, path: str, *, token: str | None = TOKEN, data: bytes | None = None) -> tuple[int, str]:
        """Status and body of one request."""
        headers = {"Authorization": f"token {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def settings(self) -> dict[str, str]:
        """The user's own Jupyter settings as they are on disk."""
        return read_all(self.folder / "settings")

    def calls(self) -> str:
        """What was tried to reach off this machine."""
        file = self.folder / "calls.txt"
        return file.read_text() if file.exists() else ""


def read_all(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    write(folder / "course" / "00_start_here.ipynb", NOTEBOOK)
    write(folder / "site" / "sitecustomize.py", HOOK)
    hostile = {"ServerApp": {"ip": "0.0.0.0", "root_dir": "/"}, "IdentityProvider": {"token": ""}}
    write(folder / "settings" / "jupyter_server_config.json", hostile)
    write(folder / "settings" / "jupyter_lab_config.json", {"LabApp": {"extension_manager": "pypi"}})
    notification = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "true", "checkForUpdates": True}}
    write(folder / "settings" / "labconfig" / "default_setting_overrides.json", notification)
    # The mark of whoever has used Jupyter before; its programs leave it once they find a folder of IPython's.
    write(folder / "settings" / "migrated", "long ago")
    other = {"argv": ["/bin/false"], "display_name": "Other", "language": "python"}
    write(folder / "data" / "kernels" / "python3" / "kernel.json", other)
    write(folder / "bin" / "npm", '#!/bin/sh\necho "npm $*" >> "$CALLS_FILE"\n')
    (folder / "bin" / "npm").chmod(0o755)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    foreign = ("JUPYTER", "JPY", "COV", "IPYTHON")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment = {
        **own,
        "CALLS_FILE": str(folder / "calls.txt"),
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "settings"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_PATH": str(folder / "data"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_TOKEN": TOKEN,
        "PATH": os.pathsep.join([str(folder / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": str(folder / "site"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    before = read_all(folder / "settings")
    command = [sys.executable, "-c", START, "lab", "--no-browser", "--port", str(port)]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True
        )
        running = Server(process, port, folder, before)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    running.get("/api")
                    break
                except OSError:
                    told = (folder / "log.txt").read_text()
                    assert process.poll() is None, f"the server ended: {told}"
                    assert time.monotonic() < deadline, f"the server did not answer within 60 s: {told}"
                    time.sleep(0.1)
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=30)


def test_without_the_token_nothing_is_told(server):
    assert server.get("/api/contents", token=None)[0] == 403
    assert server.get("/api/contents", token="wrong")[0] == 403
    assert server.get("/api/kernels", token=None, data=b"{}")[0] == 403


def test_with_the_token_the_course_is_there(server):
    status, body = server.get("/api/contents")
    assert status == 200
    assert [each["name"] for each in json.loads(body)["content"]] == ["00_start_here.ipynb"]


def test_the_root_page_leads_to_the_first_chapter(server):
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/?token={TOKEN}")
    with urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(request, timeout=30) as reply:
        assert reply.url.partition("?")[0] == f"http://127.0.0.1:{server.port}/lab/tree/00_start_here.ipynb"


def test_it_listens_on_this_machine_only(server):
    process = psutil.Process(server.process.pid)
    listening = [each.laddr for each in process.net_connections("inet") if each.status == "LISTEN"]
    assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", server.port)}


def test_news_updates_and_the_extension_manager_are_off(server):
    status, page = server.get("/lab")
    assert status == 200
    config = json.loads(page.partition('id="jupyter-config-data"')[2].partition(">")[2].partition("</script>")[0])
    assert config["news"] == {"disabled": True}
    assert config["extensionManager"]["can_install"] is False
    assert config["buildCheck"] is False

    settings = json.loads(server.get("/lab/api/settings/@jupyterlab/apputils-extension:notification")[1])
    defaults = {name: entry["default"] for name, entry in settings["schema"]["properties"].items()}
    assert (defaults["fetchNews"], defaults["checkForUpdates"]) == ("false", False)
    settings = json.loads(server.get("/lab/api/settings/@jupyterlab/extensionmanager-extension:plugin")[1])
    assert settings["schema"]["properties"]["enabled"]["default"] is False

    # Even a page that asks makes the server reach for nothing.
    assert json.loads(server.get("/lab/api/news")[1]) == {"news": []}
    assert json.loads(server.get("/lab/api/update")[1]) == {"notification": None}
    assert server.get("/lab/api/extensions?query=theme&refresh=1")[0] == 200
    assert server.calls() == ""


def test_the_kernel_is_this_python_whatever_the_user_has_registered(server):
    kernels = json.loads(server.get("/api/kernelspecs")[1])["kernelspecs"]
    assert list(kernels) == ["python3"]
    status, body = server.get("/api/kernels", data=json.dumps({"name": "python3"}).encode())
    assert status == 201
    file = server.folder / "runtime" / f"kernel-{json.loads(body)['id']}.json"
    client = BlockingKernelClient()
    client.load_connection_file(str(file))
    # A client without a manager calls a kernel dead whose heart is silent for a second, as it is until it has started.
    client.hb_channel.time_to_dead = 60
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        said: list[str] = []
        code = """
            import sys
            print(sys.executable)
            import torch, altair, ipywidgets, sklearn.datasets
            print(len(sklearn.datasets.load_digits().target))
        """
        reply = client.execute_interactive(
            textwrap.dedent(code),
            timeout=60,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
        assert reply["content"]["status"] == "ok"
        assert "".join(said).split() == [sys.executable, "1797"]
    finally:
        client.stop_channels()
    assert server.calls() == ""


def test_the_hook_would_have_seen_a_call(server, tmp_path):
    """The proof that the silence above means something."""
    code = "import socket\ntry: socket.create_connection(('192.0.2.1', 9), timeout=0.01)\nexcept OSError: pass"
    environment = {**os.environ, "PYTHONPATH": str(server.folder / "site"), "CALLS_FILE": str(tmp_path / "calls.txt")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert "socket.connect 192.0.2.1" in (tmp_path / "calls.txt").read_text()


def test_ctrl_c_stops_it_cleanly(server):
    """The last of this file: the server is gone afterwards, its kernel too, and nothing of the user's has changed."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=20) == 0
    assert psutil.wait_procs(children, timeout=10)[1] == []
    told = (server.folder / "log.txt").read_text()
    assert "Traceback" not in told
    assert server.calls() == ""
    assert server.settings() == server.settings_before
