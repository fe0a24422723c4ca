"""What only the chapters need: figures in a page, 3D views, quizzes, exercises, the runner."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "notebook": [
            "PAGE_DPI",
            "PIXELS_AN_INCH",
            "show_source",
            "show_figure",
            "explore",
            "article_table",
            "Progress",
        ],
        "view3d": ["CDN_3DMOL_JS", "BUNDLED_3DMOL_JS", "view", "view_over_still"],
        "quiz": ["QUIZZES", "Option", "Question", "load_quiz", "show_quiz"],
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
        "pages": [
            "VIEWER",
            "PAGE",
            "INDEX",
            "Chapter",
            "read_chapter",
            "minutes_stated",
            "plain",
            "write_page",
            "write_index",
        ],
    },
)
