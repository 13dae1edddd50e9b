#!/usr/bin/env bash
# Guess: a slider of HTML in the output of a cell keeps its arrow keys from the shortcuts of Notebook 7 as it does in
# JupyterLab, whose parts it is made of: by stopping the event on the way up, or by the attribute that Lumino has for
# this, `data-lm-suppress-shortcuts`, on what is around it.
#
# Seen (notebook 7.6.5, jupyterlab 4.6.6, Linux): JupyterLab looks for shortcuts when a key has left the page (it starts
# with `bubblingKeydown`), so stopping the event is enough there. Notebook 7 looks for them before the page hears of the
# key: the arrow moves between headings, and the slider stands still. The attribute does not help on what is around the
# slider, in neither of the two: a shortcut that matches what has the focus is taken before anybody looks further up. On
# the slider itself it helps in both.
#
# Needs the Chromium that playwright uses (`playwright install chromium`), or one on the path.
# Fails once Notebook 7 leaves the arrow to a slider whose event is stopped, or which stands inside the attribute.
set -euo pipefail

folder=$(mktemp -d)
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet notebook==7.6.5 jupyterlab==4.6.6 ipykernel==7.4.0 playwright==1.65.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

SLIDERS = {
    "as it is": '<input type="range" value="50">',
    "event stopped": '<div onkeydown="event.stopPropagation()"><input type="range" value="50"></div>',
    "attribute around": '<div data-lm-suppress-shortcuts="true"><input type="range" value="50"></div>',
    "attribute on it": '<input type="range" value="50" data-lm-suppress-shortcuts="true">',
}
#: Made on the page, as a notebook that nobody trusts loses what an output holds beside its text.
PLACE = """([html]) => {
    const place = document.querySelector('.jp-OutputArea-output');
    place.innerHTML = html;
    const slider = place.querySelector('input');
    slider.focus();
    return slider;
}"""
cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "execution_count": 1}
cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "here\n"}]
heading = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "# A heading"}
with open("sliders.ipynb", "w") as file:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    json.dump({"cells": [cell, heading], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, file)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
address = f"http://127.0.0.1:{port}"
command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root", "--IdentityProvider.token=x"]
server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
moved = {}
try:
    for _ in range(200):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/api?token=x", timeout=5).close()
            break
        time.sleep(0.2)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, place in (("JupyterLab", "lab/tree"), ("Notebook 7", "notebooks")):
            page = browser.new_page()
            page.goto(f"{address}/{place}/sliders.ipynb?token=x")
            page.wait_for_selector(".jp-OutputArea-output", timeout=60_000)
            page.wait_for_timeout(3000)
            for kind, html in SLIDERS.items():
                slider = page.evaluate_handle(PLACE, [html])
                slider.as_element().press("ArrowRight")
                page.wait_for_timeout(300)
                moved[name, kind] = slider.evaluate("(slider) => slider.value") != "50"
                print(f"{name:10}  {kind:16}  {'moves' if moved[name, kind] else 'stands still'}", flush=True)
        browser.close()
finally:
    server.send_signal(signal.SIGTERM)
    server.wait()
assert moved["JupyterLab", "event stopped"]
assert not moved["Notebook 7", "event stopped"]
assert not moved["Notebook 7", "attribute around"]
assert moved["Notebook 7", "attribute on it"]
PYTHON
