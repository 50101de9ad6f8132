"""The dispatcher against the specialists: the same problems, limits and threads, one price for every plan.

`formats.py` reads the academic files and `days.py` makes days of a government fleet, both as problems of contracts.md 6;
`peers/` are programs of their own, `judge.py` says what any plan is worth, `match.py` runs them against each other.
"""
