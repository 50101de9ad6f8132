"""A plan that runs: one booking put in within milliseconds, the rest left as it is."""
