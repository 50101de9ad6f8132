"""The end of a trip: the look back into the vehicle, five reminders, what was left behind, and what those who rode say of it."""
