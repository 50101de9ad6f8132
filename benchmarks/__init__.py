"""Measurements of the real system on this machine: always against something else in the same run, as ratios."""
