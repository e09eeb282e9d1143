"""True and false claims, and all the texts that claim nothing: the pure half of the false-promise gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handoff.contract.claims import Backing, ClaimKind, claims, quoting, unbacked

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
CLAIMS: dict[ClaimKind, list[str]] = {
    "done": [
        "I've cancelled it.",
        "I’ve cancelled it for you!",
        "I have cancelled your order A-1042.",
        "I went ahead and cancelled the order.",
        "I've just refunded 39.80 EUR to your card.",
        "We've sent you a replacement.",
        "All done!",
        "Done, your address is changed.",
        "Consider it done.",
        "Consider it cancelled.",
        "Consider your order cancelled!",
        "Consider that sorted.",
        "That's taken care of.",
        "You're all set.",
        "I updated your address, so you don't have to do anything.",
        "I have booked a call for you.",
        "I've put in a refund for you.",
        "I have opened a return for you.",
        "I've issued a credit of 20.00 EUR.",
        "Thanks for waiting. I've reset your password and you can't miss the mail.",
        "Good news: I cancelled it, and your money is on its way.",
    ],
    "state": [
        "Your refund is on its way.",
        "We're refunding you 39.80 EUR.",
        "I'm refunding the full amount now.",
        "We are now sending you a replacement.",
        "You've been refunded in full.",
        "Your refund has been processed.",
        "Your order has been cancelled successfully.",
        "Your money is going back to you.",
        "Your subscription is cancelled.",
        "Your account has been unlocked.",
        "Order A-1042 has been refunded.",
        "Your refund was approved.",
        "We sent 39.80 EUR back to your card.",
        "The link is on its way to m…@example.com.",
    ],
    "promise": [
        "You will hear from us by Friday.",
        "You hear from us by Friday 27 November.",
        "You'll hear from a colleague tomorrow.",
        "I'll notify you when it ships.",
        "I will check with the warehouse and get back to you.",
        "Someone will call you within an hour.",
        "Someone will be with you shortly.",
        "A colleague will be right with you.",
        "They'll be in touch tomorrow.",
        "A colleague will look into this.",
        "Our team will contact you shortly.",
        "Rest assured, our team will review your case.",
        "They'll call you back.",
        "We'll refund the amount tomorrow.",
        "We'll email you the label.",
        "We call you on Tuesday between 10:00 and 11:00.",
        "We're going to send you a new one.",
        "We will keep you posted.",
        "I'll make sure it is refunded.",
        "Your replacement will arrive on Monday.",
        "Expect a call from us tomorrow.",
        "You will be refunded by Tuesday.",
        "You'll receive a refund within 3 days.",
        "The bank will contact you.",
    ],
    "hand_over": [
        "I'm transferring you to an agent.",
        "I'm passing you to a colleague now.",
        "I've escalated this to a manager.",
        "You're in the queue now.",
        "A colleague is checking it now.",
    ],
}
NO_CLAIMS = [
    "Refunds take 5 days.",
    "A refund is usually on your account within five days.",
    "We refund within 5 working days of arrival.",
    "Cancelled orders are refunded to the card.",
    "Once your return is registered, the refund is sent within five days.",
    "When you have paid, the invoice is sent to you.",
    "If that order and that address belong together, a mail with a six-digit code is on its way there now.",
    "If it isn't there by then, I'll look for it with you.",
    "Shall I cancel it?",
    "Have you already sent it back?",
    "Would you like me to send you the link?",
    "I can cancel order A-1042 for you.",
    "You'd hear from us by Friday.",
    "I'd cancel Weekender; nothing more is charged after that.",
    "Your order can be cancelled until it has left the warehouse.",
    "You can have your money back.",
    "I haven't changed anything.",
    "Nothing was changed.",
    "Your refund has not been sent yet.",
    "I couldn't do it: something changed in the meantime.",
    "That code isn't the one I sent.",
    "Which order was charged twice?",
    "Points are credited 30 days after delivery.",
    "Shall we consider it cancelled?",
    "If we're refunding you, the mail says so.",
    "We're not refunding you without your yes.",
    "We're sending parcels with Talpost.",
    "Consider that refunds take five days.",
    "The courier will be there between 8 and 18.",
    "",
    "…",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in CLAIMS.items() for text in texts])
def test_a_claim_passes_only_with_what_backs_it(kind: ClaimKind, text: str) -> None:
    assert unbacked(text, Backing()) is not None
    everything = Backing(verified=True, read=True, handed_over=True)
    assert unbacked(text, everything) is None
    others = {
        "done": Backing(read=True, handed_over=True),
        "state": Backing(handed_over=True),
        "promise": Backing(verified=True, read=True),
        "hand_over": Backing(verified=True, read=True),
    }
    found = unbacked(text, others[kind])
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_what_claims_nothing_passes(text: str) -> None:
    assert list(claims(text)) == []


def test_the_articles_speak_of_no_customer() -> None:
    """Answers are made of their sentences, under their headings where two stand together; the questions that customers
    ask are not said."""
    alarms = []
    for path in sorted((ROOT / "knowledge" / "articles").glob("*.md")):
        text = re.sub(r"^\[asked\].*$", "", path.read_text("utf-8").split("---", 2)[2], flags=re.MULTILINE)
        body = re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
        headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
        alarms += [(path.name, claim) for claim in quoting(headings).lacking(body)]
    assert alarms == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("promise", "We will refund you within 5 days."),
        ("promise", "You will get an e-mail with the label."),
        ("state", "Your order has left the warehouse once its status is sent."),
    ],
)
def test_an_article_says_what_the_company_promises_everybody(kind: ClaimKind, text: str) -> None:
    (claim,) = claims(text)
    assert claim.kind == kind
    assert unbacked(text, quoting([""])) is None
    assert unbacked(text, quoting([])) == claim
    assert unbacked(text, quoting([""], worded_by="chat-1")) == claim


@pytest.mark.parametrize("text", [*CLAIMS["done"], *CLAIMS["hand_over"]])
def test_no_article_says_what_was_done_for_this_customer(text: str) -> None:
    assert unbacked(text, quoting(["Refunds"])) is not None


def test_the_heading_of_what_is_cited_may_be_in_the_customers_words() -> None:
    heading = "I changed my default address, but the order has the old one"
    backing = quoting([heading, "Delivery"])
    assert unbacked(f"Delivery\nTwo days.\n\n{heading}\nIt counts for future orders.", backing) is None
    assert unbacked(f"Delivery\nTwo days. {heading}.", backing) is not None


FACTS = re.compile(
    r"^utter_(?:[a-z_]+_(?:done|refused|next)(?:_|$)|hand_over|callback_no_slots|status_|refund_settled|refund_on_its_way)"
)
AROUND = {
    *("utter_shop_away", "utter_outcome_unknown", "utter_over_limit", "utter_person_decides", "utter_approval_pending"),
    *("utter_answers_away", "utter_something_broke"),
}


def test_of_all_responses_only_receipts_facts_and_hand_overs_claim_anything() -> None:
    responses = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
    claiming = {
        name for name, variants in responses.items() for each in variants if list(claims(each.get("text") or ""))
    }
    assert {name for name in claiming if not FACTS.match(name)} <= AROUND
    receipts = {name for name in responses if re.search(r"_done(_|$)", name) and name != "utter_not_done"}
    assert receipts <= claiming, "every receipt is a claim that the gate knows"


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    for claim in claims(text):
        assert not Backing().holds(claim)
