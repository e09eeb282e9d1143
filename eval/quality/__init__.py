"""People reading transcripts: what to read, how to judge it, and how far two readers agree."""
