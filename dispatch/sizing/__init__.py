"""How evenly work is spread, what stood idle, what was not met, and how many vehicles would have been enough: from stored days."""
