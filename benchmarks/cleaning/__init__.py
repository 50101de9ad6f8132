"""A labelled corpus of good and bad fixes, and how well each flag finds what it stands for (F09, and skew of F08)."""
