"""All SQL of mileage: drives laid on the roads, and the ledger of days and months."""
