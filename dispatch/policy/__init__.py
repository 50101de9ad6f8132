"""The fleet policy: which vehicle may serve what, on which days and how far. Dated versions by two people, decision 0027.

Pure files decide (document, reading, plates, energy, timeline); keeping.py and papers.py are the use cases, their SQL lies in
dispatch/store/policies.py. dispatch/eligible.py turns it into obstacles; docs/dispatch.md, section Fleet policy.
"""
