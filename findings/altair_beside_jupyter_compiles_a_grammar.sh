#!/usr/bin/env bash
# Guess: `import altair` takes the same time whether JupyterLab's validators are installed beside it or not; a validator
# that nothing has asked for costs nothing.
#
# Seen (altair 6.3.0, jsonschema 4.26.0, rfc3987-syntax 1.1.0, lark 1.3.1, Python 3.11, Linux): jsonschema imports
# rfc3987-syntax wherever it is installed, and JupyterLab installs it (by the extra `format-nongpl` of jsonschema, which
# jupyter-events asks for). That import compiles an Earley grammar of addresses, before anything is validated. It takes
# longer than all the rest of `import altair`, and it happens in every process that imports altair or nbformat: in each
# kernel, and in each worker of a test run. Measured here: 0.29 s of processor time without it, 1.24 s with it.
#
# Fails if altair no longer imports the grammar, or if that no longer costs most of the import.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet altair==6.3.0 'jsonschema[format-nongpl]==4.26.0' rfc3987-syntax==1.1.0 lark==1.3.1

seconds() { # of processor time: the least of five, so that other work on this machine counts little
    for _ in 1 2 3 4 5; do
        "$folder/venv/bin/python" -c 'import time, altair; print(time.process_time())'
    done | sort -g | head -n 1
}

"$folder/venv/bin/python" -c '
import sys, altair
print("rfc3987_syntax is imported:", "rfc3987_syntax" in sys.modules)
assert "rfc3987_syntax" in sys.modules'
with=$(seconds)
"$folder/venv/bin/pip" uninstall --quiet --yes rfc3987-syntax
without=$(seconds)
echo "import altair: $with s with rfc3987-syntax installed, $without s without"
awk -v with="$with" -v without="$without" 'BEGIN { exit !(with > 2 * without) }'
