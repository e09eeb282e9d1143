"""What became of each issue of each customer, from the event log alone (DESIGN.md part 7)."""
