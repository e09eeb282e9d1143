"""The simulated customer: an agenda of wishes, and what is said next. No language model; seeded; pure.

The policy reads the screen (``reading.Heard``) and answers with what to send. It knows its own facts and nothing of
the assistant's insides, loses patience with each failure, and in the end is content, gives up, or sits with a person.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from eval.simulate.reading import ASKS_IF_SOLVED, NO_LABEL, PERSON_LABEL, YES_LABEL, Heard
from eval.simulate.scenario import Goal, Move, Persona, Place, Scenario
from eval.simulate.voice import Speaker

End = Literal["", "content", "with_people", "left", "out_of_turns"]


@dataclass(frozen=True)
class Say:
    """One step of the customer. ``texts`` are sent one right after the other; ``choice`` is a button's id."""

    texts: Sequence[str] = ()
    choice: str = ""
    label: str = ""
    person_button: bool = False
    hours: float = 0
    twice: bool = False
    staff: Literal["", "approve", "decline"] = ""
    feedback: Literal["", "solved", "not_solved"] = ""
    leaves: bool = False


@dataclass
class Facts:
    """What this customer knows. ``orders`` by name; ``code`` is looked up in their mailbox when it is asked for."""

    orders: Mapping[str, str]
    email: str = ""
    code: str = ""
    name: str = ""


@dataclass
class Customer:
    """``end`` is set when the dialogue is over; the counts are what had to be done again."""

    scenario: Scenario
    facts: Facts
    speaker: Speaker
    chance: random.Random
    end: End = ""
    satisfied: list[bool] = field(default_factory=list)
    rephrased: int = 0
    repeated: int = 0
    failures: int = 0
    messages: int = 0
    _at: int = 0
    _opened: bool = False
    _confirmed: bool = False
    _told: set[str] = field(default_factory=set)
    _moved: set[int] = field(default_factory=set)
    _waiting_for_staff: bool = False

    @property
    def persona(self) -> Persona:
        return self.scenario.persona

    @property
    def goal(self) -> Goal | None:
        return self.scenario.goals[self._at] if self._at < len(self.scenario.goals) else None

    def first(self) -> Say:
        goal = self.goal
        if goal is None:
            move = self._move("first_reply", Heard())
            return move or self._leave()
        if self.persona.greets:
            return self._written(self.speaker.phrase("greet", {}))
        return self._ask(goal)

    def next(self, heard: Heard) -> Say:
        """What is done after this reply. ``end`` tells when nothing more is."""
        if heard.with_people:
            return self._stop("with_people")
        if self.messages >= self.scenario.budget.turns:
            return self._stop("out_of_turns")
        goal = self.goal
        if not self._opened and goal is not None:
            return self._ask(goal)
        if move := self._due_move(heard):
            return move
        if goal is None:
            return self._leave()
        if self._is_done(goal, heard):
            return self._go_on(heard)
        if (said := self._serve(goal, heard)) is not None:
            return said
        return self._failed(goal, heard)

    # What serves the wish

    def _serve(self, goal: Goal, heard: Heard) -> Say | None:
        for pattern in goal.picks:
            if found := heard.choice(re.compile(pattern, re.IGNORECASE)):
                return self._press(found)
        asked = heard.asks
        if asked and (answer := self._answer(goal, asked, heard)) is not None:
            return answer
        if heard.proposes:
            return self._confirm(goal, heard)
        return None

    def _answer(self, goal: Goal, asked: str, heard: Heard) -> Say | None:
        value = goal.answers.get(asked) or self._known(goal, asked)
        if value is None:
            return None
        if asked in self._told:
            self.repeated += 1
            self._lose_patience()
            if self.failures > self.persona.patience:
                return None
        self._told.add(asked)
        if found := heard.choice(re.compile(re.escape(value), re.IGNORECASE)):
            return self._press(found)
        if asked == "order_number":
            return self._written(self.speaker.phrase("order_is", {"order": value}))
        return self._written(value, copied=True)

    def _known(self, goal: Goal, asked: str) -> str | None:
        if asked == "order_number" and goal.order:
            return self.facts.orders[goal.order]
        if asked == "email":
            return self.facts.email or None
        return (self.facts.code or None) if asked == "code" else None

    def _confirm(self, goal: Goal, heard: Heard) -> Say:
        agrees = goal.confirm == "yes" and goal.done != "answer"  # who only asks does not want it done
        label = YES_LABEL if agrees else NO_LABEL
        found = heard.choice(label)
        self._confirmed = True
        if found and self.chance.random() < self.persona.presses_buttons:
            return self._press(found)
        return self._written(self.speaker.phrase("agree" if agrees else "refuse", {}))

    # When it is done, and when it is not

    def _is_done(self, goal: Goal, heard: Heard) -> bool:
        if goal.done == "hears":
            return bool(re.search(goal.hears, heard.text, re.IGNORECASE))
        if goal.done == "answer":
            on_topic = not goal.topics or bool(set(goal.topics) & set(heard.articles))
            return (bool(heard.articles) and on_topic) or (goal.ends_when_unknown and heard.does_not_know)
        if goal.confirm == "no":
            return self._confirmed and not heard.proposes
        return goal.done == "effect" and self._confirmed and heard.says_done

    def _go_on(self, heard: Heard) -> Say:
        self.satisfied.append(True)
        self._at += 1
        self._confirmed, self._told = False, set()
        if (following := self.goal) is not None:
            return self._ask(following)
        if move := self._move("end", heard):
            return move
        return self._leave(heard)

    def _failed(self, goal: Goal, heard: Heard) -> Say:
        if self._waiting_for_staff:
            self._waiting_for_staff = False
            return self._leave()
        self._lose_patience()
        if self.failures > self.persona.patience:
            if self.persona.gives_up == "leaves":
                return self._stop("left")
            if found := heard.choice(PERSON_LABEL):
                return self._press(found)
            return self._written(self.speaker.wish("person", {}))
        if heard.offers_person and self.failures >= 2 and self.persona.gives_up == "asks_for_a_person":
            found = heard.choice(PERSON_LABEL)
            return self._press(found) if found else self._written(self.speaker.phrase("agree", {}))
        self.rephrased += 1
        return self._ask(goal, again=True)

    def _lose_patience(self) -> None:
        self.failures += 1
        self.speaker.fail()

    # What is said

    def _ask(self, goal: Goal, *, again: bool = False) -> Say:
        self._opened = True
        facts = {**goal.answers}
        if goal.order and (goal.names_order or again):
            facts["order"] = f"order {self.facts.orders[goal.order]}"
        if goal.say:
            words = goal.say[min(self.rephrased, len(goal.say) - 1)] if again else goal.say[0]
            for name, number in sorted(self.facts.orders.items(), key=lambda one: -len(one[0])):
                words = words.replace(f"$orders.{name}", number)
            return self._written(words)
        return self._written(self.speaker.wish(goal.act, facts))

    def _due_move(self, heard: Heard) -> Say | None:
        if heard.waits_for_approval:
            self._waiting_for_staff = True
        places: list[Place] = ["first_reply"]
        if heard.asks:
            places.append("question")
        if heard.proposes:
            places.append("proposal")
        if self._confirmed:
            places.append("after_yes")
        for place in places:
            if move := self._move(place, heard):
                return move
        return None

    def _move(self, place: Place, heard: Heard) -> Say | None:
        for number, move in enumerate(self.scenario.moves):
            if number not in self._moved and move.at == place:
                self._moved.add(number)
                return self._made(move, heard)
        return None

    def _made(self, move: Move, heard: Heard) -> Say:
        self._confirmed = self._confirmed or move.agrees
        if move.does == "leaves":
            self._stop("left")
            return Say(hours=move.hours, leaves=True)
        if move.does == "person_button":
            self.messages += 1
            return Say(person_button=True, hours=move.hours)
        if move.does in ("approve", "decline_approval"):
            return Say(staff="approve" if move.does == "approve" else "decline", hours=move.hours)
        if move.presses and (found := heard.choice(re.compile(move.presses, re.IGNORECASE))):
            return self._press(found, move.hours)
        words = move.say or self.speaker.phrase(move.act or "aside", {})
        for name, number in sorted(self.facts.orders.items(), key=lambda one: -len(one[0])):
            words = words.replace(f"$orders.{name}", number)
        said = self._written(words)
        return Say(texts=said.texts, hours=move.hours, twice=move.does == "twice")

    def _written(self, text: str, *, copied: bool = False) -> Say:
        self.messages += 1
        return Say(texts=self.speaker.written(text, copied=copied))

    def _press(self, found: tuple[str, str], hours: float = 0) -> Say:
        self.messages += 1
        return Say(choice=found[1], label=found[0], hours=hours)

    def _leave(self, heard: Heard | None = None) -> Say:
        self._stop("content")
        solved = heard.choice(ASKS_IF_SOLVED) if heard else None
        if not self.persona.thanks or not self.satisfied:
            return Say(leaves=True)
        if solved and self.chance.random() < self.persona.presses_buttons:
            return Say(choice=solved[1], label=solved[0], feedback="solved", leaves=True)
        return Say(texts=self.speaker.written(self.speaker.phrase("thanks", {})), feedback="solved", leaves=True)

    def _stop(self, end: End) -> Say:
        self.end = end
        return Say(leaves=True)
