"""What is claimed of a contact, and what takes a claim back: a denial, a hand-over, an effect that failed."""

from __future__ import annotations

from eval.outcomes import texts
from eval.outcomes.model import Claim, Contact, Evidence, Ref


def denies(contact: Contact, text: str) -> bool:
    """Whether a text takes back what was held of ``contact``: a denial that names nothing else."""
    return texts.denies(text) and texts.entities(text) <= contact.entities


def has_verified(contact: Contact) -> bool:
    return any(operation.state == "verified" for operation in contact.operations.values())


def claim_by(contact: Contact, evidence: Evidence, at: float, ref: Ref, by: str) -> None:
    contact.claim = Claim(evidence, at, ref, "agent" if by == "agent" else "bot")


def withdraw(contact: Contact, at: float, ref: Ref) -> None:
    if contact.claim is not None:
        contact.withdrawn.append((contact.claim, at, ref))
        contact.claim = None


def confirm(contact: Contact, at: float, ref: Ref) -> None:
    """The customer said that it is solved. Proof that the backend gave is the stronger one and stays."""
    if not (contact.bot_messages or contact.agent_messages):
        return
    contact.said_solved, contact.denied = ref, None
    contact.unanswered.clear()
    if contact.claim is None or contact.claim.evidence != "verified_state":
        by = "agent" if contact.agent_messages and not _returned_since(contact) else "bot"
        claim_by(contact, "confirmed", at, ref, by)


def _returned_since(contact: Contact) -> bool:
    return bool(contact.handoffs) and contact.handoffs[-1].returned


def deny(contact: Contact, at: float, ref: Ref) -> None:
    contact.denied, contact.said_solved, contact.answered = ref, None, False
    withdraw(contact, at, ref)
