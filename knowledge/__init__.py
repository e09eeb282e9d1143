"""Knowledge: what is true, where it is written, and the shortest passage that answers."""
