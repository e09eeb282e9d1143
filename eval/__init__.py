"""How good is it? Outcomes, simulated customers, scores and reports."""
