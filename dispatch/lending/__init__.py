"""Vehicles lent between units: standing consents, and questions for one order."""
