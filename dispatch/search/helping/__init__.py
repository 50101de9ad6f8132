"""What would help a request that found no place."""
