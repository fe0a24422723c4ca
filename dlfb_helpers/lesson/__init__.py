"""What only the chapters need: figures in a page, 3D views, quizzes, exercises, the runner."""
