"""The course as pages that any web server or folder can hold: panels move on them without Python."""
