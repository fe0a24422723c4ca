"""What only the chapters need: figures in a page, 3D views, quizzes, exercises, the runner."""

import lazy_loader

from dlfb_helpers.lesson.memory import spare_this_kernel
from dlfb_helpers.lesson.parameters import watch_this_kernel

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "notebook": ["show_source", "show_figure", "article_table", "Progress"],
        "play.widget": ["play"],
        "leak": ["plant_leak"],
        "memory": ["anonymous_memory", "give_back"],
        "apart": ["Apart", "in_own_process"],
        "view3d": ["view", "view_over_still", "over_still"],
        "quiz": ["load_quiz", "show_quiz"],
        "execution": [
            "QUIET_KERNEL",
            "ChapterError",
            "Execution",
            "execute",
            "peak_memory_mb",
            "strip_run_metadata",
            "process_context",
        ],
        "runner": ["find_chapters", "select", "parse_parameters", "declared_parameters", "run_chapters"],
        "pages": ["CHAPTER_NAME", "Chapter", "read_chapter", "write_page", "write_glossary", "write_index"],
        "copies": ["lay_out", "own_chapters", "course_file"],
        "solved": ["Exercise", "exercises_of"],
    },
)

watch_this_kernel()
spare_this_kernel()
