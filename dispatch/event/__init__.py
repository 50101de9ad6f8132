"""Transport for an event: a movement plan of thousands of trips, from its file to the last pick-up."""
