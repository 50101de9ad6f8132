"""Time-share cars: taken at one site, given back at the same or another one; moved at night to where they will be wanted."""
