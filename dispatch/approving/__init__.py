"""Approval of trip orders by policy: which levels a trip needs and why, who decides each, and what follows from it.

Pure files decide (policy, default, facts, chain, line, difference, budget, sitting); store.py holds the SQL, rounds.py and
changing.py are the use cases, timers.py what time itself does. docs/dispatch.md, section Approval.
"""
