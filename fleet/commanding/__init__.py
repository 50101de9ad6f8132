"""Commands to locators: asked for by a person, kept until the locator is there, answered by it."""
