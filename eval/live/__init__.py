"""Outcomes of live conversations: kept up to date by the worker, read by the dashboard."""
