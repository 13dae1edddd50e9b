"""``python -m scalinglab.cli``: the same as the command ``scalinglab``."""

import sys

from scalinglab.cli import main

sys.exit(main())
