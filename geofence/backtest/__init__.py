"""Back-testing: what a changed rule would have found in stored months. Writes nothing."""
