"""What an account of the staff may say, and which changes would lock everybody out. Pure.

Each refusal names its ``field``, so that the page can say it beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from handoff.agents.service import Role
from handoff.errors import Conflict, FrontdeskError, Unprocessable
from handoff.queue.contact import check_address

ROLES: tuple[str, ...] = get_args(Role)
LONGEST_NAME = 120
MOST_WORDS = 30
MOST_CAPACITY = 200
SKILL = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


@dataclass(frozen=True)
class Account:
    """``skills`` are the plan's words or one's own; ``languages`` as in ``de`` or ``pt-BR``; ``capacity`` in weights:
    how much of the queue this person has at once, 0 for none of it."""

    name: str
    email: str
    roles: tuple[str, ...]
    departments: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    active: bool = True


def checked(account: Account, departments: Collection[str]) -> Account:
    """The account in its own form: trimmed, small letters in the e-mail, nothing twice. ``departments``: those there
    are. Raises ``Unprocessable`` with ``field``."""
    name = " ".join(account.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _wrong("bad_name", f"A name has between 1 and {LONGEST_NAME} letters.", "name")
    try:
        email = check_address(account.email).lower()
    except Unprocessable as problem:
        raise _wrong(problem.code, problem.message, "email") from problem
    roles = _once(account.roles)
    if not roles:
        raise _wrong("no_role", "Choose at least one role: without one there is nothing to sign in for.", "roles")
    _known("no_such_role", "role", roles, ROLES, "roles")
    owned = _once(account.departments)
    _known("no_such_department", "department", owned, departments, "departments")
    skills = _once(skill.lower().replace(" ", "_") for skill in account.skills)
    for skill in skills:
        if not SKILL.fullmatch(skill):
            raise _wrong("bad_skill", f"“{skill}” is no skill: letters, digits, - and _ make one.", "skills")
    languages = _once(account.languages)
    for language in languages:
        if not LANGUAGE.fullmatch(language):
            raise _wrong("bad_language", f"“{language}” is no language code. Write en, de or pt-BR.", "languages")
    if not languages:
        raise _wrong("no_language", "Name at least one language, such as en.", "languages")
    for field, words in (("skills", skills), ("languages", languages)):
        if len(words) > MOST_WORDS:
            raise _wrong("too_many", f"There is room for {MOST_WORDS} of these.", field)
    if not 0 <= account.capacity <= MOST_CAPACITY:
        raise _wrong("bad_capacity", f"Between 0 and {MOST_CAPACITY} conversations at once.", "capacity")
    return replace(
        account,
        name=name,
        email=email,
        roles=tuple(role for role in ROLES if role in roles),
        departments=owned,
        skills=skills,
        languages=languages,
    )


def check_lockout(agent_id: str, after: Account, me: str, other_admins: int) -> None:
    """``other_admins``: active ones beside this account. Raises ``Conflict``: ``not_yourself``, ``last_admin``."""
    if not after.active and agent_id == me:
        raise Conflict("not_yourself", "You cannot switch yourself off. Another administrator can.")
    if not other_admins and not (after.active and "admin" in after.roles):
        raise Conflict(
            "last_admin",
            f"{after.name} is the only administrator. Give somebody else that role first.",
            field="roles" if after.active else "active",
        )


def difference(before: Account | None, after: Account) -> dict[str, dict[str, Any]]:
    """What the trail keeps of a change: the fields that differ, ``before`` and ``after``."""
    new, old = asdict(after), asdict(before) if before else {}
    changed = [field for field in new if before is None or old[field] != new[field]]
    kept = {"after": {field: new[field] for field in changed}}
    return {"before": {field: old[field] for field in changed}, **kept} if before else kept


def _once(words: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for each in words if (word := each.strip())))


def _known(code: str, noun: str, given: Sequence[str], there: Collection[str], field: str) -> None:
    if strange := [each for each in given if each not in there]:
        raise Unprocessable(code, f"There is no {noun} “{strange[0]}”.", field=field, there=list(there))


def _wrong(code: str, message: str, field: str) -> FrontdeskError:
    return Unprocessable(code, message, field=field)
