"""Each part's own settings, made from the installation's: the environment is read once, the parts are handed values."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from actions.settings import ActionsSettings
from handoff.queue.plan import BadPlan, chosen_plan
from handoff.settings import HandoffSettings
from knowledge.settings import KnowledgeSettings
from stack import secrets
from stack.errors import WrongUse
from stack.paths import ROOT
from stack.settings import Settings

DEMO_COMPANY = "Oberlarn"


def handoff_settings(settings: Settings) -> HandoffSettings:
    folder = settings.paths.secrets
    return HandoffSettings(
        database_url=settings.sql_url,
        redis_url=settings.redis_address,
        bot_sockets=tuple(str(path) for path in settings.paths.bot_sockets(settings.bot_replicas)),
        door_secret=secrets.read(folder, "door_secret"),
        context_key=secrets.read(folder, "context_key"),
        identity_secret=secrets.read(folder, "identity_secret"),
        session_secret=secrets.read(folder, "session_secret"),
        public_url=settings.public_url,
        public_origins=settings.public_origins,
        turn_deadline=settings.seconds("turn_deadline"),
        turn_patience=settings.seconds("turn_patience"),
        notice_after=settings.seconds("notice_after"),
        sweep_every=settings.seconds("sweep_every"),
        heartbeat_every=settings.seconds("heartbeat_every"),
        conversation_token_life=timedelta(days=settings.conversation_token_days),
        staff_session_life=timedelta(hours=settings.staff_session_hours),
        messages_per_minute=settings.messages_per_minute,
        conversations_per_minute=settings.conversations_per_minute,
        tracker_window=settings.tracker_window,
        portraits=settings.paths.portraits,
        uploads=settings.paths.uploads,
        attachment_bytes=settings.attachment_megabytes * 1024**2,
        prechat=settings.prechat,
        prechat_topics=settings.prechat_topics,
        company_name=settings.company_name or (DEMO_COMPANY if settings.demo else "Our team"),
        survey_form=settings.survey_form,
        webhook_private_targets=settings.webhook_private_targets,
        secure_cookies=settings.secure_cookies,
        desk_plan=own_plan(settings),
        offer_for=settings.seconds("offer_for"),
        offer_again_after=settings.seconds("offer_again_after"),
        answer_within=settings.seconds("answer_within"),
        disconnect_grace=settings.seconds("disconnect_grace"),
        away_after=settings.seconds("away_after"),
        idle_ask_after=settings.seconds("idle_ask_after"),
        idle_ask_after_person=settings.seconds("idle_ask_after_person"),
        idle_close_after=settings.seconds("idle_close_after"),
        mail_after=settings.seconds("mail_after"),
        promise_warning=settings.seconds("promise_warning"),
    )


def knowledge_settings(settings: Settings, role: Literal["owner", "reader"] = "owner") -> KnowledgeSettings:
    own_file = f"sqlite:///{settings.paths.databases / 'knowledge.sqlite'}"
    host = urlsplit(settings.address).hostname
    try:
        return KnowledgeSettings(
            database_url=settings.database_url or own_file,
            index_dir=settings.paths.index,
            index_role=role,
            timezone=company_zone(settings).key,
            link_hosts=(host,) if host else (),
            chroma_url=settings.chroma_url,
            kept_vectors=settings.paths.models / "knowledge-vectors.npz",
            llm=settings.knowledge_llm,
            llm_url=settings.knowledge_llm_url,
            llm_model=settings.knowledge_llm_model,
            llm_key=settings.knowledge_llm_key,
            llm_deadline=settings.seconds("knowledge_llm_deadline"),
        )
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        raise WrongUse(f"The settings KNOWLEDGE_LLM… do not hold: {first['msg'].lower()}.") from problem


def own_plan(settings: Settings) -> Path | None:
    return ROOT / settings.desk_plan if settings.desk_plan else None


def company_zone(settings: Settings) -> ZoneInfo:
    """The zone of the desk's plan: its days are those of the articles and of promises, too."""
    try:
        return chosen_plan(own_plan(settings)).zone
    except BadPlan as problem:
        raise WrongUse(f"The desk's plan does not hold: {problem}") from problem


def actions_settings(settings: Settings) -> ActionsSettings:
    return ActionsSettings(
        shop_url=f"sqlite:///{settings.paths.databases / 'shop.sqlite'}",
        mail_folder=settings.paths.mail,
        backend_url=settings.backend_url,
        backend_token=settings.backend_token,
        context_key=secrets.read(settings.paths.secrets, "context_key"),
        action_secret=secrets.read(settings.paths.secrets, "action_secret"),
    )
