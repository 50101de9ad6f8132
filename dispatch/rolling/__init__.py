"""A day under way: what upsets it, the smallest re-plan at once, a better one in the background, arrivals and depot times."""
