"""The command ``dlfb``, a module a command."""
