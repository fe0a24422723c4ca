"""From annotations and vectors to labelled, embedded, split proteins."""
