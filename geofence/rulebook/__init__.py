"""Rules in versions: thresholds, profiles and mutes as people change them, two of them, and what a change would do."""
