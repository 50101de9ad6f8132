"""The arithmetic of searching for routes: timing one route, inserting into many, numbers for the solver."""
