"""The name by which ``nbgrader_config.py`` of a class that version 0.1.0 assigned asks for our preprocessors."""

from scalinglab.classroom.nbgrader import deleted_cells

SANITIZE = deleted_cells.SANITIZE
