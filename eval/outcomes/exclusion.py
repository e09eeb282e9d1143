"""What a contact was about, and whether it counts: greetings, spam, tests, staff and outbound messages do not."""

from __future__ import annotations

from eval.outcomes import texts
from eval.outcomes.model import Contact
from eval.outcomes.smalltalk import CHAT, is_chat


def conclude(contact: Contact) -> None:
    """What can be said once all events are read: the need in the customer's words, and whether there was one."""
    needs = [text for _, text in contact.said if texts.states_need(text)]
    contact.need = needs[0][:300] if needs else ""
    contact.exclusion = None
    if contact.traffic in ("test", "staff"):
        contact.exclusion = "test" if contact.traffic == "test" else "staff"
    elif contact.handoffs and contact.first_need_at is not None:
        pass  # somebody who asks for a person has a need, whatever was written
    elif contact.closing is not None and contact.closing[1] == "spam":
        contact.exclusion = "spam"
    elif not contact.customer_messages and contact.first_need_at is None:
        contact.exclusion = "outbound" if contact.bot_messages or contact.agent_messages else "empty"
    elif not needs and contact.first_need_at is None:
        spam = any(text.strip() for _, text in contact.said) and all(texts.is_spam(text) for _, text in contact.said)
        contact.exclusion = "spam" if spam else "greeting_only"
    elif contact.intents and set(contact.intents) <= CHAT and not _acted(contact) and _only_chat(contact):
        contact.exclusion = "greeting_only"
    if contact.traffic == "outbound" and not contact.customer_messages:
        contact.exclusion = "outbound"


def _acted(contact: Contact) -> bool:
    return bool(contact.operations or contact.articles or contact.effort.failed_turns)


def _only_chat(contact: Contact) -> bool:
    """Whether the words bear out that it was small talk: how they were read is the bot's own word."""
    read = set(contact.intents)
    return all(any(is_chat(text, intent) for intent in read) for _, text in contact.said)
