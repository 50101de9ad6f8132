"""Days of exclusive trips: chains by whole-number methods."""
