"""The one client of nbgrader: nothing else of the package imports it or knows its files.

- ``client``: runs nbgrader's steps, several at a time, each with an end to its time and memory (``limited_program``)
- ``worker``: the program that does them, the only one that loads nbgrader
- ``class_folder``: nbgrader's course folder, and the settings that it finds there
- ``deleted_cells``, ``kernel/``: what nbgrader and its kernels load: deleted cells come back, prints have an end
"""
