"""The calendar as people keep it: notices read, differences shown, changes proposed, put in force as versions."""
