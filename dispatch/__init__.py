"""Requests become orders, orders become assignments, assignments become settled trips (architecture.md 5)."""
