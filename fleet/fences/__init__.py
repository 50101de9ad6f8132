"""Fences: shapes people draw or bring as a file, drafts of them, and their dated versions that movements are judged by."""
