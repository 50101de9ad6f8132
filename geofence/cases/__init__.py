"""Recorded drives as CASE folders (contracts.md 5): reading them for `judge` and `score`."""
