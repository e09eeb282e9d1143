"""Figures over episodes: each with its interval, its denominator in words, and the episodes behind it."""
