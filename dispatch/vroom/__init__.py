"""The JSON form of problems and plans (VROOM with additions, contracts.md section 6)."""
