"""From sequences to vectors, with ESM-2."""
