"""What a class handed in: whose each file is, of which assignment, and in which version.

- ``collecting``: files everything below ``submitted/``, after all is decided
- ``archives``: reads the zip or the folder that an LMS gives, and trusts nothing in it
- ``file_owners``: whose a file is, told by its path; ``file_assignments``: what it is, and of which assignment
- ``people``: the list of students, and who of them an LMS means
- ``versions``: the current version of a file, and those that it replaced
"""
