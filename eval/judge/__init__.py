"""A judge of what was said, where the business system and the customer say nothing; measured against people."""
