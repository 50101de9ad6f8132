"""Faults on purpose: a TCP proxy that spoils connections, and a schedule of kills; one seed reproduces a run."""
