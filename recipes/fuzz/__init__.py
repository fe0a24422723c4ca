"""Damaged files for every reader: each has to be read rightly or refused with a message that helps."""
