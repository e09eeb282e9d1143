"""``./frontdesk token``: what the host site's server does for a signed-in customer."""

from __future__ import annotations

import secrets as chance
from datetime import datetime, timedelta
from functools import cache

from actions.demo import demo_customers
from handoff.conversations.identity import LONGEST_ID, is_customer_id, issue_identity
from stack import secrets
from stack.errors import WrongUse
from stack.settings import Settings


def identity_token(settings: Settings, customer: str, ttl: int, now: datetime) -> str:
    """Signed with the installation's identity secret, which is made if this is the first command here.

    The demo's customers are called by their names, as a host site would name its own.
    """
    if not is_customer_id(customer):
        raise WrongUse(f"A customer's id has 1 to {LONGEST_ID} printable characters, and no space at its ends.")
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    secret = secrets.read(settings.paths.secrets, "identity_secret").get_secret_value()
    name = _demo_names().get(customer)
    return issue_identity(secret, customer, now, timedelta(seconds=ttl), name=name, jti=chance.token_urlsafe(12))


@cache
def _demo_names() -> dict[str, str]:
    return {known["id"]: known["name"] for known in demo_customers()}
