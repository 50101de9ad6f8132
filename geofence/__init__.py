"""Positions into drives, stops, findings and alerts. `python -m geofence` runs the engine; `judge` and `score` read files."""
