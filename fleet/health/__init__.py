"""Health of locators: what is wrong with one, since when, who repairs it, and what a fleet's locators are worth."""
