"""Exercises that check themselves: a module a chapter, a ``check_...`` an exercise; what they share is `verdict`."""
