"""Grading a class without stopping, and what is known then.

- ``whole_class``: one submission after the other, each graded or told why not
- ``environment_check``: before that, whether it can be done here: packages, and full marks for the solution
- ``already_graded``: what was handed in, and what of it a second run leaves alone
- ``graded_notebooks``: what a notebook that was run says; ``gathering``: that of a whole class as one record
"""
