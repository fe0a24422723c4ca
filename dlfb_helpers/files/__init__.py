"""Files: the bundled ones, those that people bring, and those that are written."""
