"""Drivers: their roster, leave and sickness, what they may drive, how long, and whether they take a trip."""
