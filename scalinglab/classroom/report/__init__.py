"""What an instructor takes from a graded class: a page, and tables for an LMS.

- ``written_files``: writes them, and a page for each student whose submission could not be graded
- ``page``: how the class did, with ``assignment_section``, ``answers_section`` and ``dot_plot``
- ``needs_instructor``, ``mistakes_and_predictions``: what the page tells, found and counted
- ``lms_tables``: what Canvas and Moodle import
- ``html_pieces``, ``names_and_points``: how text from outside is shown
"""
