"""From fixes to steps, drives and stops: what the locator said, made into what the vehicle did."""
