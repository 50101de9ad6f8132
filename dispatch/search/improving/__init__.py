"""Searching for better plans, for as long as there is time."""
