"""Grading a class without stopping, and what is known then.

- ``whole_class``: one submission after the other, each graded or told why not
- ``environment_check``: before that, whether it can be done here: packages, and full marks for the solution
- ``already_graded``: what was handed in, and what a second run leaves alone; ``mended_class``: of earlier versions
- ``class_gradebook``: what each part is worth, and the points of everybody, as nbgrader holds them
- ``graded_notebooks``: what a notebook that was run says; ``gathering``: that of a whole class as one record
"""
