"""What was put aside, decoded and judged again with what the program and the register know now."""
