"""The keys to the HTTP contract, as its OpenAPI document names them.

They only say which key a route wants. The checks are ``agents.access``, ``conversations.access`` and
``customers.routes``, whose answers have our own words; none of these refuses anybody.
"""

from fastapi import Depends
from fastapi.security import APIKeyCookie, HTTPBearer

COOKIE = "frontdesk_session"

CONVERSATION = Depends(
    HTTPBearer(
        scheme_name="conversation_token",
        description="The `token` with which a conversation was opened or taken up. It opens that conversation alone.",
        auto_error=False,
    )
)
CUSTOMER = Depends(
    HTTPBearer(
        scheme_name="identity_token",
        description="The host site's signed proof of who its customer is.",
        bearerFormat="JWT",
        auto_error=False,
    )
)
STAFF_TOKEN = Depends(
    HTTPBearer(
        scheme_name="staff_token", description="The `token` that `POST /api/v1/session` gives.", auto_error=False
    )
)
STAFF_COOKIE = Depends(
    APIKeyCookie(
        name=COOKIE,
        scheme_name="staff_cookie",
        description="The same session in a browser. Whatever changes something also wants our own `Origin`.",
        auto_error=False,
    )
)
