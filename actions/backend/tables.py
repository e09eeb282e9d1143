"""The demo shop's tables, in a database of their own, and how to open it.

SQLite (WAL, ``synchronous=FULL``, writers queue with ``BEGIN IMMEDIATE``) or PostgreSQL. Money is kept as whole
cents, times as RFC 3339 text in UTC, so that both databases compare and sort alike.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine import URL, Connection, Dialect, make_url

_CENT = Decimal("0.01")


class Money(TypeDecorator[Decimal]):
    """A decimal with two places, stored as an integer of cents."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int((value / _CENT).to_integral_exact())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else (Decimal(value) * _CENT).quantize(_CENT)


class Moment(TypeDecorator[datetime]):
    """An aware time, stored as text in UTC."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC).isoformat(timespec="milliseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

customers = Table(
    "shop_customers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("phone", Text, nullable=False, default=""),
    Column("locale", String(16), nullable=False, default="en"),
    Column("timezone", String(64), nullable=False, default="UTC"),
    Column("member", Boolean, nullable=False, default=False),
    Column("points", Integer, nullable=False, default=0),
    Column("payment_method", Text, nullable=False, default=""),
    Column("address", JSON, nullable=False),
    Column("origin", String(16), nullable=False, default="seed"),
)
subscriptions = Table(
    "shop_subscriptions",
    metadata,
    Column("customer_id", ForeignKey("shop_customers.id"), primary_key=True),
    Column("plan", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("price", Money, nullable=False),
    Column("renews_at", Moment, nullable=False),
)
subscription_ends = Table(
    "shop_subscription_ends",
    metadata,
    Column("customer_id", ForeignKey("shop_customers.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)
charges = Table(
    "shop_charges",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("customer_id", ForeignKey("shop_customers.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("amount", Money, nullable=False),
    Column("status", String(16), nullable=False),
)
sign_in_locks = Table(
    "shop_sign_in_locks",
    metadata,
    Column("customer_id", ForeignKey("shop_customers.id"), primary_key=True),
    Column("until", Moment, nullable=False),
)
pending_emails = Table(
    "shop_pending_emails",
    metadata,
    Column("customer_id", ForeignKey("shop_customers.id"), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("at", Moment, nullable=False),
)
callbacks = Table(
    "shop_callbacks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("customer_id", ForeignKey("shop_customers.id"), nullable=False, index=True),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("seat", Integer, nullable=False),
    Column("phone", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("effect_key", String(128), unique=True),
    UniqueConstraint("starts_at", "seat"),  # an hour is never booked beyond its calls, however many book at once
)
data_requests = Table(
    "shop_data_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("customer_id", ForeignKey("shop_customers.id"), nullable=False, index=True),
    Column("wish", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("effect_key", String(128), unique=True),
)
orders = Table(
    "shop_orders",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("customer_id", ForeignKey("shop_customers.id"), nullable=False, index=True),
    Column("status", String(32), nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    Column("eta", Moment),
    Column("carrier", Text),
    Column("tracking", Text),
    Column("shipping", Money, nullable=False),
    Column("address", JSON, nullable=False),
    Column("parcels", JSON, nullable=False, default=list),  # where an order left in several
)
lines = Table(
    "shop_lines",
    metadata,
    Column("order_id", ForeignKey("shop_orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sku", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Money, nullable=False),
    Column("category", String(32), nullable=False, default=""),
)
payments = Table(
    "shop_payments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("order_id", ForeignKey("shop_orders.id"), nullable=False, index=True),
    Column("amount", Money, nullable=False),
    Column("status", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)
payment_methods = Table(
    "shop_payment_methods",
    metadata,
    Column("payment_id", ForeignKey("shop_payments.id"), primary_key=True),
    Column("order_id", ForeignKey("shop_orders.id"), nullable=False, index=True),
    Column("method", String(16), nullable=False),
)
"""Only for what was not paid by the customer's own payment method: ``gift_card``."""
parcel_events = Table(
    "shop_parcel_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("order_id", ForeignKey("shop_orders.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("text", Text, nullable=False),
)
effects = Table(
    "shop_effects",
    metadata,
    Column("key", String(128), primary_key=True),  # the idempotency key: one row, one effect
    Column("customer_id", ForeignKey("shop_customers.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("object_ref", String(64), nullable=False),
    Column("request", JSON, nullable=False),
    Column("receipt", String(32), nullable=False, unique=True),
    Column("amount", Money),
    Column("facts", JSON, nullable=False),
    Column("mails", JSON, nullable=False),  # what is to be written, so that a repeated call sends what a crash kept
    Column("at", Moment, nullable=False),
)
refunds = Table(
    "shop_refunds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("order_id", ForeignKey("shop_orders.id"), nullable=False, index=True),
    Column("amount", Money, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("expected_by", Moment, nullable=False),
    Column("effect_key", String(128), unique=True),
)
cases = Table(
    "shop_cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("order_id", ForeignKey("shop_orders.id"), nullable=False, index=True),
    Column("status", String(32), nullable=False),
    Column("at", Moment, nullable=False),
    Column("details", JSON, nullable=False),
    Column("effect_key", String(128), unique=True),
)
one_time_codes = Table(
    "shop_one_time_codes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("customer_id", String(64), index=True),  # null where order and e-mail did not match: no code was sent
    Column("digest", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("used_at", Moment),
)

code_tries = Table(  # what a turn heard of a code that was entered in it: a turn that is tried again hears the same
    "shop_code_tries",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("outcome", String(16), nullable=False),
)

code_mails = Table(  # codes whose mail is not out yet, and as many rows that send nothing: see ``code_mail``
    "shop_code_mails",
    metadata,
    Column("code_id", String(64), primary_key=True),
    Column("customer_id", String(64)),
    Column("code", String(16), nullable=False),
    Column("expires_at", Moment, nullable=False),
)


def open_engine(url: str | URL) -> Engine:
    """An engine on the shop's database. A SQLite file's folder is made where it is missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=4, max_overflow=4)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 5.0})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver's guess
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the write lock at once: a reader that turns writer could lose it half-way."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
