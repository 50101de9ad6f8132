"""What could still serve an order no car is free for, rung by rung, each with its cost and how to take it."""
