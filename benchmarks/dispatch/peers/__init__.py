"""Solvers we are measured against, each a program of its own: a question as JSON on standard input, routes on standard output.

They run in an environment of their own (requirements/peers.lock) and know nothing of ours: what they are told is the
problem (contracts.md 6) with its prices, and what they answer is the tasks of each vehicle in order.
"""
