"""How far a run through the chapters is, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Sequence

# Seconds on two cores, as README's table has them: what matters is how chapters compare; a run scales them by itself.
SECONDS = {
    "00_tour": 25,
    "01_proteins": 12,
    "02_one_hot": 5,
    "03_esm2_embeddings": 9,
    "04_masking": 11,
    "05_whole_protein_embeddings": 12,
    "06_dataset": 17,
    "07_training": 20,
    "08_evaluation": 28,
    "09_honest_evaluation": 8,
    "10_your_proteins": 20,
}
OF_ANOTHER = 15.0


class Pace:
    """Count chapters, and guess from those that are done how long the rest will take.

    Parameters
    ----------
    names : sequence of str
        The chapters' names, in the order in which they run.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.expected = [SECONDS.get(name, OF_ANOTHER) for name in names]
        self.taken: list[float] = []

    def done(self, seconds: float) -> None:
        """Take what the chapter took whose line was the last."""
        self.taken.append(seconds)

    def seconds_left(self) -> float:
        """Return how long what is not done will take, if it is as much slower or faster as what is."""
        number = len(self.taken)
        scale = sum(self.taken) / sum(self.expected[:number]) if number else 1.0
        return scale * sum(self.expected[number:])

    def line(self) -> str:
        """Say which chapter is next, and how long it and the rest will take."""
        left = self.seconds_left()
        minutes = round(left / 60)
        about = "less than a minute" if left < 45 else f"about {minutes} minute{'s' if minutes > 1 else ''}"
        return f"chapter {len(self.taken) + 1} of {len(self.expected)}, {about} left"
