"""Counterfactual replay: stored episodes asked again of another assistant or knowledge base, with frozen tools."""
