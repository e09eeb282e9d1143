"""Scenarios made of real conversations: what went wrong once is tried again, and followed until it goes right."""
