"""``./frontdesk demo``: who is in the demo company, and what mail it sent."""

from __future__ import annotations

from typing import Any

from actions.backend.mail import list_mails
from actions.demo import demo_customers
from stack import secrets, staff
from stack.output import answer
from stack.settings import Settings


def company(settings: Settings, *, as_json: bool) -> None:
    """Customers with their orders, and staff with their passwords here. Needs no running stack."""
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    people = [
        {"email": person["email"], "password": person["password"], "name": person["name"], "roles": person["roles"]}
        for person in staff.demo_staff(settings.paths.secrets)
    ]
    document = {"customers": demo_customers(), "agents": people}
    answer(document, as_json=as_json, people=_for_people(document))


def _for_people(document: dict[str, list[dict[str, Any]]]) -> str:
    lines = ["Customers"]
    for customer in document["customers"]:
        lines.append(f"  {customer['id']:<10} {customer['name']:<24} {customer['email']}")
        lines += [f"    {o['id']:<10} {o['status']:<20} {o['total']:>9} {o['currency']}" for o in customer["orders"]]
    lines.append("Staff")
    lines += [
        f"  {person['email']:<34} {person['password']:<21} {person['name']:<18} {', '.join(person['roles'])}"
        for person in document["agents"]
    ]
    return "\n".join(lines)


def mail(settings: Settings, *, as_json: bool) -> None:
    """Every mail that was written, oldest first."""
    mails = list_mails(settings.paths.mail)
    lines = [f"{each['sent_at']}  {each['to']}  {each['subject']}  {each['code'] or ''}".rstrip() for each in mails]
    answer(mails, as_json=as_json, people="\n".join(lines) or "No mail was sent yet.")
