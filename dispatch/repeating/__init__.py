"""Trips that come again and again: which days a pattern means, and the orders made of them."""
