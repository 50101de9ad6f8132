"""Keeping: what is removed when its time is over, and what a legal hold keeps above all."""
