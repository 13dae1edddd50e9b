"""The one client of nbgrader: nothing else of the package imports it or knows its files.

- ``client``: runs nbgrader's steps, several at a time, each with an end to its time and memory (``limited_program``)
- ``worker``: the program that does them, the only one that loads nbgrader
- ``class_folder``: nbgrader's course folder, and the settings that it finds there
- ``gradebook``, ``feedback_page``, ``forked_kernels``: its parts: points, pages, kernels that ``kernel_server`` forks
- ``deleted_cells``, ``points_from_checks``, ``deadlines``, ``kernel/``: what nbgrader and its kernels load: cells come
  back, points are read as the checks meant them (``check_outputs``), lateness costs what was said, prints have an end
"""
