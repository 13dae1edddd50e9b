#!/usr/bin/env bash
# Guess: nbgrader reads a time of submission with an offset, as ISO 8601 writes it, and keeps it in UTC: 10:00 at +01:00
# is 09:00.
#
# Seen (nbgrader 0.9.6, Python 3.11, Linux): "+01:00" is left out, so the time stays 10:00, and "+0100" is taken as 100
# seconds, which gives 09:58:20. No error, no warning. A name of a zone that dateutil knows, and a datetime with an
# offset, are read rightly. The text of a file timestamp.txt beside a submission goes this way, and so does a due date
# that is given as text: somebody in time may pass for late.
#
# Fails if nbgrader reads them in another way.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet nbgrader==0.9.6

"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from nbgrader.utils import parse_utc

seen = {
    "2027-03-02 10:00:00 UTC": "2027-03-02 10:00:00",
    "2027-03-02 10:00:00 +01:00": "2027-03-02 10:00:00",
    "2027-03-02 10:00:00 +0100": "2027-03-02 09:58:20",
}
for text, read in seen.items():
    print(f"{text}: {parse_utc(text)}")
    assert str(parse_utc(text)) == read
hour = timezone(timedelta(hours=1))
read = parse_utc(datetime(2027, 3, 2, 10, tzinfo=hour))
print(f"a datetime at +01:00: {read}")
assert str(read) == "2027-03-02 09:00:00"
PYTHON
