"""Whose badge a locator reads: numbers of cards and certificates, given to people for a time."""
