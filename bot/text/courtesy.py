"""Words of courtesy, which ask for nothing and answer nothing: one list for all that reads around them."""

from __future__ import annotations

GREETINGS = frozenset({"hi", "hello", "hey", "hiya", "hallo"})
PLEASE = frozenset({"please", "pls", "plz", "plss", "plse", "pleese", "kindly"})
THANKS = frozenset({"thanks", "thank", "thx", "ty", "cheers"})
COURTESIES = GREETINGS | PLEASE | THANKS
