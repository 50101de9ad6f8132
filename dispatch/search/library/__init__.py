"""What the routing library is told of a problem, as numbers."""
