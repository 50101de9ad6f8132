"""What trips cost: dated tariffs, the amount with each of its lines, estimates, shared rides divided, and monthly statements."""
