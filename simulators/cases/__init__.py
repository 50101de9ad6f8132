"""Labelled cases for measuring the judging engine: a hundred drives for and a hundred against every rule.

Each plot builds a drive and says from its own construction, from contracts.md 5 and from the rule catalogue what a
perfect judge would find. Nothing here knows how the engine judges; docs/measuring.md tells how to use it.
"""
