"""Reports: one self-contained HTML page with plots, the same as JSON, and JUnit for pipelines."""
