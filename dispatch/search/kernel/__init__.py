"""Ruin and recreate in C: the same rules as the rest of dispatch.search, at a hundred times its speed."""
