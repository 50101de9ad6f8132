"""Plans that are kept: what they cost and miss, how two differ, whether one still holds, and what-if scenarios."""
