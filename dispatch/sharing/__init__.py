"""Riding along with another's trip: whether the ways and times fit, asking, the first booker's consent, and what follows."""
