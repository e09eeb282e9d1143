"""The packet's four lines, made from its structure: each says only what the log shows, and where."""

from __future__ import annotations

from handoff.contract.next_action import wishes
from handoff.contract.packet import Fact, NextAction, Packet, PacketOperation, PacketSummary

LONGEST = 160
LONGEST_TRIED = 400
MOST_NAMED = 5
MOST_READ = 2
MOST_SEQS = 20
STATES = {
    "intended": "prepared, not done",
    "done": "sent, not checked yet",
    "verified": "done and checked",
    "failed": "failed",
    "unknown": "outcome unknown",
}

NEXT: dict[NextAction, str] = {
    "protect": "Read this at once: somebody's safety or rights may be concerned.",
    "change_speaker": "Pass it to somebody who speaks the customer's language.",
    "check_effect": "Look in the shop whether it happened before you say anything.",
    "decide_approval": "Decide on the prepared operation; the customer is waiting for it.",
    "follow_up_promise": "Keep the promise that is overdue before anything else.",
    "verify_identity": "Find out that it is really them; nothing else can be done before.",
    "explain_refusal": "Explain why it was refused, and say what is possible instead.",
    "split_issues": "Take the issues one by one, and say in which order.",
    "confirm_done": "Confirm that it is done; there is proof.",
    "ask_detail": "Ask for the one thing that is missing.",
    "carry_out": "Do what they ask for; what it needs is here.",
    "answer_question": "Find the answer to their question.",
    "listen": "Acknowledge what went wrong and ask what would make it right.",
    "clarify": "Read what they wrote and settle what they need; the assistant has not.",
    "ask_need": "Say hello and ask what they need; they have not said it yet.",
}


def summarise(packet: Packet) -> PacketSummary:
    problem, wants = packet.need.problem, packet.need.wants
    tried, tried_seqs = _tried(packet)
    line, seqs = _next(packet)
    return PacketSummary(
        problem=_line(str(problem.value)) if problem else "The customer has not written anything yet.",
        tried=tried,
        wants=_line(str(wants.value)) if wants else _line(str(problem.value)) if problem else "To talk to a person.",
        next_best_action=line,
        seqs={
            "problem": _seqs(problem),
            "tried": tried_seqs,
            "wants": _seqs(wants or problem),
            "next_best_action": seqs,
        },
    )


def _tried(packet: Packet) -> tuple[str, list[int]]:
    said = [step for step in packet.tried if step.kind in ("answer", "question", "article")]
    failures = [step for step in packet.tried if step.kind == "failure"]
    read = [step for step in packet.tried if step.kind == "lookup"][-MOST_READ:]
    parts = [f"{_count(len(said), 'answer')} from the assistant"] if said else []
    titles = sorted({article.title for article in packet.articles})
    if titles:
        parts.append("showed " + ", ".join(titles))
    parts += dict.fromkeys(step.text for step in read)
    newest = packet.operations[-MOST_NAMED:]
    parts += [f"{operation.summary or operation.kind}: {STATES[operation.state]}" for operation in newest]
    if failures:
        parts.append(f"{_count(len(failures), 'turn')} failed")
    seqs = [step.seq for step in (*said, *read, *failures)] + [o.seq for o in packet.operations if o.seq is not None]
    return _line("; ".join(parts) or "Nothing yet.", LONGEST_TRIED), sorted(set(seqs))[-MOST_SEQS:]


def _next(packet: Packet) -> tuple[str, list[int]]:
    """The line, with what it is about where the structure names it."""
    action = packet.advice.next_action
    line = NEXT[action]
    about: list[int | None] = []
    if action == "decide_approval":
        waiting = packet.approvals[0]
        over = f" (over the limit of {waiting.limit})" if waiting.limit else ""
        line, about = f"Decide on “{waiting.summary}”{over}; the customer is waiting for it.", [waiting.seq]
    elif action in ("check_effect", "confirm_done"):
        chosen = [o for o in packet.operations if o.effect == ("unknown" if action == "check_effect" else "done")]
        about += [operation.seq for operation in chosen]
        line = f"{line} ({_named(chosen[-1])})"
    elif action == "follow_up_promise":
        due = next(promise for promise in packet.promises if promise.overdue)
        line, about = f"{line} (“{due.text}”, due {due.due_at[:16].replace('T', ' ')})", [due.seq]
    elif action == "ask_detail":
        line = f"Ask for the one thing that is missing: {str(packet.need.requested_slot).replace('_', ' ')}."
        about += [intent.seq for intent in packet.need.intents[-1:]]
    elif action == "answer_question":
        line, about = line.removesuffix(".") + _articles(packet), [*packet.why.messages]
    elif action == "carry_out" and wishes(packet):
        about += [intent.seq for intent in packet.need.intents if intent.name in wishes(packet)][-1:]
    else:
        about += packet.why.messages
    return _line(line, LONGEST + 60), sorted({seq for seq in about if seq is not None})[-MOST_SEQS:]


def _articles(packet: Packet) -> str:
    """What is known of our articles: of a turn that failed nothing, since none was looked for or shown."""
    if packet.articles:
        return "; our articles did not settle it."
    return "; our articles do not hold it." if packet.why.reason == "missing_knowledge" else "."


def _named(operation: PacketOperation) -> str:
    receipt = f", receipt {operation.receipt}" if operation.receipt else ""
    return f"{operation.summary or operation.kind}{receipt}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _seqs(fact: Fact | None) -> list[int]:
    return [fact.seq] if fact is not None and fact.seq is not None else []


def _line(text: str, longest: int = LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
