"""Files: the bundled ones, those that people bring, and those that are written."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "assets": ["ASSETS", "bundled_folder", "cache_folder", "cache_folders"],
        "atomic": ["opened_atomically", "write_atomically"],
        "manifest": ["sha256", "verify", "write_manifest"],
        "download": ["download_file"],
        "places": ["check_outputs", "ending", "opened_output"],
        "shown": ["shown", "visible"],
        "unpacking": ["own_members"],
        "packed": ["ENDINGS", "AnyPath", "UNREADABLE", "as_path", "opened", "clear_errors", "unreadable"],
    },
)
