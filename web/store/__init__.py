"""All SQL of the web program, by subject: named queries, rows become the dataclasses the interface answers
with.

Every query runs inside a transaction that carries the viewer's scope, so row-level security decides what
is seen; a query here filters for convenience, never for secrecy.
"""
