"""Is this message the answer to what was asked? Pure rules beside the classifier, which knows no question.

``awaited`` is what the actions asked for last (the slot ``awaiting``), ``None`` when no question is open.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from bot.text.normalise import words
from bot.text.trouble import read_trouble

ADDRESS = "new_address"
_FORMED = frozenset({"order_number", "email", "code"})
_NEEDS_ITS_FORM = frozenset({"email", "code", "new_email", "new_phone"})
_OWN_WISH = frozenset({"talk_to_person", "cancel_order", "start_over", "operation_status"})
"""Wishes that stand even where a message also brings what was asked for."""
_WAYS_OUT = frozenset(
    {
        "talk_to_person", "start_over", "thanks", "goodbye", "greet", "deny", "affirm", "ask_howto", "bot_challenge",
        "what_can_you_do", "complain", "order_status", "refund_status", "solved_yes", "solved_no",
        "operation_status",
    }
)  # fmt: skip
"""What stays itself where a few free words are awaited."""
_NO_WISH = frozenset({"inform", "affirm", "deny", "thanks", "greet", "goodbye", "out_of_scope"})
_ASKS = re.compile(
    r"\W*(?:(?:and|but|ok|okay|wait|hey|hi|oh|also|so|first|by the way|btw)\W+)*"
    r"(?:where|when|what|how|why|can|could|do|does|did|are|will|would|should|may|is it possible|is there)\b",
    re.IGNORECASE,
)
SURE = 0.8
_FEW_WORDS = 9
_MONTHS = re.compile(r"\b(?:[1-9]\d?|one|two|three|four|six|a|couple)\b(?:\s*(?:of )?months?)?", re.IGNORECASE)
_NUMBER_AND_WORD = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3})", re.DOTALL)
_SHOWS: Dict[str, Callable[[str], object]] = {
    "problem": read_trouble,
    "subscription_action": re.compile(
        r"\b(?:cancel|end|stop|quit|pause|hold|skip|suspend|resume|restart|continue|plan|switch|upgrade|downgrade|"
        r"change|bigger|smaller)",
        re.IGNORECASE,
    ).search,
    "months": _MONTHS.search,
    "callback_slot": re.compile(
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:today|tomorrow|morning|noon|afternoon|evening|tonight|now|"
        r"soon|earliest|next|any ?time|o'clock)\b|\b\d{1,2}(?::\d{2}|\s?(?:am|pm|h)\b|\b)",
        re.IGNORECASE,
    ).search,
    "profile_field": re.compile(r"\b(?:e-?mail|mail|phone|mobile|cell|number|name|surname)\b", re.IGNORECASE).search,
    "new_phone": re.compile(r"(?:\d[\s()/.-]*){6,}").search,
}
"""Words that answer the question, whatever the classifier makes of them."""
_NOT_HERE: Dict[str, FrozenSet[str]] = {
    ADDRESS: frozenset({"order_number"}),
    "new_phone": frozenset({"order_number", "code", "money"}),
}
_HELD_BY = {"new_email": "email"}
"""The entity that answers, where it is called otherwise than what is awaited."""
_SAYS_NO = re.compile(
    r"\W*(?:no|nope|nah|none|neither|never ?mind|forget|stop|leave|don'?t|do not|not)\b", re.IGNORECASE
)
"""How a refusal begins; a few other words that merely look like one to the classifier name a thing."""
_ORDINALS = {"1": 0, "one": 0, "first": 0, "2": 1, "two": 1, "second": 1, "3": 2, "three": 2, "third": 2, "4": 3,
             "four": 3, "fourth": 3}  # fmt: skip
_PLACE = re.compile(
    r"(?:the )?(?:(?P<nth>first|second|third|fourth)|(?P<last>last))(?: (?:one|option|choice))?(?: please)?"
    r"|(?:(?:option|number|choice|no\.?) )?(?P<number>[1-4])(?: please)?"
)
_EACH = re.compile(
    r"\W*(?:(?:please|pls|yes|well|oh|i mean|i meant|for|cancel|return|refund|report|check|do)\b[,.]? )*"
    r"(?:(?P<two>both|the two)|(?:all|each|every one)(?: (?P<count>two|three|four|2|3|4))?)"
    r"(?: of (?:them|those|these|the (?:orders|parcels)))?(?: (?:orders|parcels))?(?:,? (?:please|pls|thanks))?\W*",
    re.IGNORECASE,
)
_COUNTED = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4}
_ARTICLES = frozenset(
    {"the", "a", "an", "my", "that", "this", "it's", "its", "i", "mean", "meant", "please", "one", "to"}
)
_YES_AND_NO = frozenset({"yes", "no", "ok", "okay", "sure", "yeah", "nope", "please", "thanks", "it", "not", "yet"})
_LACKS = re.compile(
    r"\b(?:don'?t|do not|didn'?t|did not|can'?t|cannot|couldn'?t|haven'?t|have not|never|no longer) "
    r"(?:\w+ ){0,3}?(?:have|got|get|getting|find|remember|know|recall|see|seen|receive[d]?|access)\b"
    r"|\b(?:no (?:idea|clue|code|mail|e-?mail|number|order number|message)|lost (?:it|the)|deleted|threw|"
    r"forgot(?:ten)?|not sure)\b|\bwhere(?: do|'?s| is| can)\b.{0,20}\b(?:number|code|mail)\b",
    re.IGNORECASE,
)
_NOT_COME = re.compile(
    r"\b(?:nothing (?:came|arrived|there|in|yet)|not (?:there|arrived|come|in my (?:inbox|mail))|"
    r"has(?:n'?t| not) (?:come|arrived))\b",
    re.IGNORECASE,
)
_SIGNS = ("\U0001f44d", "\u2705", "\U0001f44c", "\u2714", "\U0001f44e", "\u274c", "?", "!")
_MACHINE_TALK = re.compile(r"(?:affirm|deny|[a-z]+(?:_[a-z]+)+)\s*(?:\{.*)?", re.IGNORECASE | re.DOTALL)
_YES_ELSEWHERE = frozenset({
    "ja", "ja bitte", "jawohl", "gerne", "oui", "oui merci", "d'accord", "sí", "si", "sí por favor", "vale", "sì",
    "va bene", "sim", "tak", "da", "ano", "kyllä", "igen", "evet", "да", "так", "はい", "是", "好",
})  # fmt: skip
_ENOUGH = re.compile(
    r"\b(?:that'?s (?:all|it|everything)|that (?:is|was|will be) (?:all|it|everything)|nothing (?:else|more)|"
    r"all good|i'?m (?:good|fine|done|all set)|we'?re (?:good|done)|no(?:pe)?,? (?:thanks|thank you|thx|ty)|"
    r"not (?:right )?now)\b",
    re.IGNORECASE,
)
_DISMISSES = re.compile(
    r"\W*(?:(?:oh|ok|okay|no|well|actually),? )?(?:never ?mind|nvm|forget (?:it|that|about (?:it|that))|scrap that|"
    r"leave (?:it|that)|don'?t (?:worry|bother)|doesn'?t matter|no matter)(?: (?:then|that|it|about it))?\W*",
    re.IGNORECASE,
)
_MOCKS_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers)(?: (?:a lot|so much|very much|a bunch|again))?,? for (?:absolutely )?"
    r"(?:nothing|no help|wasting|ruining|ignoring|not |making me|the run-?around|keeping me waiting|letting me)"
    r"|\b(?:gee|wow|oh great),? (?:thanks|thank you)\b"
    r"|\bthank(?:s| you)\b.{0,30}\b(?:useless|pointless|waste of time|no help|unhelpful|ridiculous|pathetic|a joke)\b"
    r"|\b(?:useless|pointless|waste of time|no help|unhelpful|ridiculous|pathetic|a joke)\b.{0,30}\bthank(?:s| you)\b",
    re.IGNORECASE,
)
_DONT = r"(?<!why )(?<!you )(?<!they )(?<!still )(?:don'?t|do not|no longer|never)"
_BACK = r"(?:cancel|stop|withdraw|drop|forget(?: about)?|scrap|undo|revoke|call off|never ?mind)"
_MINE = r"(?:(?:me|the|my|that|this|a|any|your) )*"
_MONEY = r"(?:refund|money|cash|reimbursement)\b(?: back)?"
_ELSEWHERE = r"(?! (?:on|to|onto|as|in|into|via|by|until|later|tomorrow|now|today|yet|twice|first|so)\b)"
_ACCOUNT = r"(?:(?:my|the|this) (?:account|data|profile)|anything|everything)"
_DELETE = r"(?:delete|close|erase|remove)"
WITHDRAWN: Mapping[Tuple[str, ...], re.Pattern[str]] = {
    ("refund", "double_charge", "subscription_refund"): re.compile(
        rf"\b(?:{_BACK}|{_DONT} (?:want|need|send|pay|make|wish for)) {_MINE}{_MONEY}{_ELSEWHERE}"
        rf"|\b{_DONT} refund (?:it|me|that|this|anything|the money|the order)\b{_ELSEWHERE}"
        rf"|\b(?:you (?:can|may) |just |then )?keep the money\b|\bchanged my mind (?:about|on) {_MINE}{_MONEY}"
        rf"|^\W*no (?:more )?refund (?:please|any ?more|after all|needed|necessary)\b",
        re.IGNORECASE,
    ),
    ("delete_data",): re.compile(
        rf"\b(?:{_BACK}|{_DONT} (?:want|need|make)) {_MINE}(?:(?:account )?deletion|delete request)\b"
        rf"|\b{_DONT} {_DELETE} (?:{_ACCOUNT}|it)\b"
        rf"|\b{_DONT} (?:want|wish|need) (?:you )?to {_DELETE} (?:{_ACCOUNT}|it)\b"
        rf"|\b{_DONT} (?:want|need) (?:{_ACCOUNT}|it) (?:to be )?(?:{_DELETE}d|deleted|closed|erased|removed)\b"
        rf"|\bkeep (?:my|the) (?:account|data|profile)\b"
        rf"|\bchanged my mind (?:about|on) {_MINE}(?:(?:account )?deletion|(?:deleting|closing) (?:{_ACCOUNT}|it))\b",
        re.IGNORECASE,
    ),
}
"""For the kinds of transactions that belong together, the words with which one of them is taken back."""
_GIFT_CARD = re.compile(r"\b(?:gift[ -]?(?:cards?|vouchers?|codes?)|vouchers?)\b", re.IGNORECASE)
_SOME_ORDER = re.compile(r"\b(?:orders?|parcels?|packages?|purchases?|deliver(?:y|ies))\b", re.IGNORECASE)
_THING = re.compile(r"\W*(?:(?:no|i mean|i meant|sorry),? )?(?:the|my)\b", re.IGNORECASE)
_STANDS = frozenset({"talk_to_person", "start_over", "thanks", "goodbye", "greet", "affirm"})


def entities(awaited: Optional[str], found: List[Dict[str, Any]], *, aside: bool = False) -> List[Dict[str, Any]]:
    """Where an address is awaited, "A-6020 Innsbruck" is a postcode and no order; digits of a phone are neither order,
    code nor money. In an ``aside``, a question of its own, they are what they look like."""
    other = frozenset() if aside else _NOT_HERE.get(awaited or "", frozenset())
    return [entity for entity in found if entity["entity"] not in other]


def is_answer(awaited: Optional[str], text: str, intent: str, confidence: float, named: Sequence[str]) -> bool:
    """Whether ``text`` answers the open question. ``named`` are the entities found in it."""
    if awaited is None or (intent in _OWN_WISH and confidence > SURE):
        return False
    if _HELD_BY.get(awaited, awaited) in named:
        return not (awaited == "order_number" and _asks_on_its_own(text, intent, confidence))
    question = text.rstrip().endswith("?")
    if awaited == ADDRESS:
        return not question and not is_aside(text, intent, confidence) and _NUMBER_AND_WORD.search(text) is not None
    if intent == "talk_to_person" or question or len(text.split()) > _FEW_WORDS:
        return False
    denies = intent == "deny" and _SAYS_NO.match(text) is not None
    shows = _SHOWS.get(awaited)
    if shows is not None and shows(text):
        return not denies and not (intent == "start_over" and confidence > SURE)
    if awaited in _NEEDS_ITS_FORM:
        return False
    # An order or an item told by its name, a plan by its name: a few words that are no known wish of another kind.
    if intent == "deny" or names_a_thing(text, intent, confidence):
        return not denies
    return intent not in _WAYS_OUT or confidence < SURE / 2


def is_aside(text: str, intent: str, confidence: float) -> bool:
    """ "Where is A-1042", while something else is awaited: a wish that is sure and begins as a question does."""
    return intent not in _NO_WISH and confidence > SURE and _ASKS.match(text) is not None


def wishes_anew(text: str, intent: str, confidence: float) -> bool:
    """ "I want to return the boots", when it was only asked which order they want to hear of: a wish of its own. A few
    words ("the broken one") still name the order."""
    return intent not in _NO_WISH | _WAYS_OUT and confidence > SURE and len(text.split()) > 3


def _asks_on_its_own(text: str, intent: str, confidence: float) -> bool:
    """ "Where is A-1042?", when it was asked which order shall be cancelled: a question that names the order too."""
    return text.rstrip().endswith("?") and is_aside(text, intent, confidence)


def typed_choice(text: str, titles: Sequence[str]) -> Optional[int]:
    """Which of the choices just given was typed out: word for word, by its number or its last words, or as the only
    one that holds all the words. ``None`` where several may be meant, or none."""
    said = words(text)
    if not said or len(said) > _FEW_WORDS + 3:
        return None
    plain = [words(title) for title in titles]
    if said in plain:
        return plain.index(said)
    if text.rstrip().endswith("?"):
        return None
    place = _PLACE.fullmatch(" ".join(said))
    if place is not None and len(titles) > 1:
        at = _places(place)
        return at if -1 <= at < len(titles) else None
    core = [word for word in said if word not in _ARTICLES]
    if not core or len(core) > 4 or set(core) <= _YES_AND_NO or len("".join(core)) < 4:
        return None
    for holds in (_ends_with, _holds_all):
        fitting = [at for at, title in enumerate(plain) if holds(title, core)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def means_each(text: str, offered: int) -> bool:
    """ "Both of them", "all three": every one of so many that were offered."""
    found = _EACH.fullmatch(text)
    if found is None or offered < 2:
        return False
    named = found.group("two") or found.group("count")
    return named is None or _COUNTED.get(named.lower(), 2) == offered


def _places(place: re.Match[str]) -> int:
    """0 for "the first one"; -1, the last, wraps as an index does."""
    return -1 if place.group("last") else _ORDINALS[place.group("nth") or place.group("number")]


def _ends_with(title: List[str], core: List[str]) -> bool:
    return title[-len(core) :] == core


def _holds_all(title: List[str], core: List[str]) -> bool:
    return set(core) <= set(title)


def lacks(awaited: Optional[str], text: str) -> bool:
    """The customer does not have what was asked for, or a mail with it has not come."""
    if awaited not in _FORMED or len(text.split()) > 16:
        return False
    return _LACKS.search(text) is not None or (awaited == "code" and _NOT_COME.search(text) is not None)


def needs_its_form(awaited: Optional[str]) -> bool:
    """An order number, an address or a code is awaited: a bare "ok" is no answer to that."""
    return awaited in _FORMED


def is_machine_talk(text: str) -> bool:
    """An intent's name or payload written as a message ("affirm", "refund_request{...}"): no customer's own words."""
    return _MACHINE_TALK.fullmatch(text.strip()) is not None


def is_gesture(text: str) -> bool:
    """No word and no clear sign of yes: a shrug confirms nothing, whatever the classifier sees in it."""
    return not words(text) and not any(sign in text for sign in _SIGNS)


def yes_elsewhere(text: str) -> bool:
    """Yes in one of the languages that somebody may write in who was offered a person for it."""
    return text.strip(" .!,").casefold() in _YES_ELSEWHERE


def dismisses(text: str) -> bool:
    """ "Never mind": what went before is dropped, and what follows is meant."""
    return _DISMISSES.fullmatch(text) is not None


def mocks_thanks(text: str) -> bool:
    """ "Thanks for nothing": a complaint that is worded as thanks."""
    return _MOCKS_THANKS.search(text) is not None


def says_enough(text: str) -> bool:
    """ "No, that's all": the end of the talk rather than a refusal."""
    return _ENOUGH.search(text) is not None


def names_a_thing(text: str, intent: str, confidence: float) -> bool:
    """ "The stove", while a proposal waits: neither yes nor no, so it is about another thing than was proposed."""
    return len(text.split()) <= 3 and _THING.match(text) is not None and (intent not in _STANDS or confidence < SURE)


def withdrawn(text: str) -> Tuple[str, ...]:
    """The kinds of what is not wanted any more: "forget the money", "I don't want to delete it after all"."""
    if len(text.split()) > _FEW_WORDS + 5 or text.rstrip().endswith("?"):
        return ()
    return next((kinds for kinds, shape in WITHDRAWN.items() if shape.search(text)), ())


def speaks_of_a_gift_card(text: str) -> bool:
    """ "I lost my gift card" is about none that is paid with on our payment page."""
    return _GIFT_CARD.search(text) is not None


def ends_what_is_spoken_of(text: str, numbers: Sequence[str]) -> bool:
    """ "Cancel it", while a subscription is spoken of: it names no order, so none is meant."""
    return not numbers and _SOME_ORDER.search(text) is None
