"""What only the chapters need: figures in a page, 3D views, quizzes, exercises, the runner."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "notebook": ["show_source", "show_figure", "explore", "article_table", "Progress"],
        "view3d": ["view", "view_over_still"],
        "quiz": ["load_quiz", "show_quiz"],
        "runner": [
            "CHAPTER_NAME",
            "QUIET_KERNEL",
            "ChapterError",
            "Execution",
            "find_chapters",
            "select",
            "parse_parameters",
            "declared_parameters",
            "execute",
            "peak_memory_mb",
            "strip_run_metadata",
            "process_context",
            "run_chapters",
        ],
        "pages": ["Chapter", "read_chapter", "write_page", "write_index"],
    },
)
