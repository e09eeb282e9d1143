"""Transcripts of any origin: read, judged and triaged as if they were ours."""
