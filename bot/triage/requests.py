"""Three things that are read from the words alone: a wish for a person, a matter of safety or law, abuse.

Rules beside the classifier, because missing one of these costs more than any wrong match. Input is cleaned text.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Tuple

_I = re.IGNORECASE
_PERSON = (
    r"(?:(?:a|an|the|some|any|another|your|one of your|real|actual|live|human|proper|genuine|physical|customer|"
    r"support|"
    r"service|help ?desk|senior|different|competent|sales|call) ?)*"
    r"(?:human(?: being)?s?|persons?|people|someone|somebody|agents?|advis[oe]rs?|representatives?|reps?|operators?|"
    r"employees?|staff(?: members?)?|member of (?:staff|the team|your team)|colleagues?|managers?|supervisors?|"
    r"team (?:lead|member)s?|customer (?:service|support|care)|support team|service desk|call ?cent(?:re|er)|"
    r"anyone|anybody|specialists?|expert)"
)
_CONNECT = (
    r"(?:speak|spek|talk|tlak|chat|write|get through|connect me|connected|connect|transferred|transfer me|transfer|"
    r"put me (?:through|on)|pass me(?: on)?|hand me(?: over)?|escalate(?: me| this| it)?|forward me|redirect me|"
    r"get me|give me|i (?:want|need|demand|require|would like|wanna)|i'd (?:like|prefer|rather have)|let me (?:have|"
    r"talk|speak)|can i (?:have|get)|could i (?:have|get)|bring me|fetch|call)"
)
_AGENT = r"(?:human(?: being)?|person|agent|operator|representative|rep|advis[oe]r|supervisor|manager|human agent)s?"
_ASKS: List[re.Pattern[str]] = [
    re.compile(
        rf"\b(?:contact|reach|speak(?:ing)?|talk(?:ing)?|taok|chat(?:ting)?|get hold of|ask for|connect(?:ing)?|"
        rf"call(?:ing)?) "
        rf"(?:to |with |directly |up )*(?:a |an |the |any |some |your |one of your |real |live |free |actual |human |"
        rf"customer (?:service|support) |support |service )*{_AGENT}\b",
        _I,
    ),
    re.compile(
        rf"\b{_CONNECT}\b(?: (?:to|with|over|through|directly|please|now|me|on|be|right now|just|to be|immediately|"
        rf"speaking|talking|speak|talk))* {_PERSON}\b(?!'s)",
        _I,
    ),
    re.compile(
        r"^\W*(?:(?:a |an )?(?:real|live|actual|human) ?(?:human|person|agent|being|operator|rep(?:resentative)?|"
        r"support|advisor)?|(?:human|agent|operator|representative|advisor|adviser|person|supervisor|manager))"
        r"(?: please| pls| plz| now| asap)*\W*$",
        _I,
    ),
    re.compile(
        r"\b(?:human|agent|operator|representative|real person|live agent|live chat|a person)(?:,)? (?:please|"
        r"pls|plz|now)\b",
        _I,
    ),
    re.compile(
        r"\b(?:is|are) there (?:any|a|an|some)?(?:one|body)? ?(?:real |live |actual |human )?(?:(?:human|person|"
        r"people|"
        r"agent|staff)s? ?)?(?:i|we|available|here|there|who|that|to talk|to speak|around)\b",
        _I,
    ),
    re.compile(
        r"\b(?:not|no more|stop|enough|instead of|rather than|sick of|don't want|tired of)\b.{0,24}\b(?:bots?|"
        r"robots?|"
        r"machines?|computers?|ai|chat ?bots?|automated)\b.{0,60}\b(?:person|human|someone|people|agent|staff)\b",
        _I,
    ),
    re.compile(
        r"\b(?:person|human|someone real|real people|agent)\b.{0,20}\b(?:not|instead of|rather "
        r"than)\b.{0,12}\b(?:bots?|"
        r"robots?|machines?|computers?|ai|chat ?bots?)\b",
        _I,
    ),
    re.compile(
        r"\b(?:call|ring|phone) me(?: back)?\b|\bcan (?:some(?:one|body)|any(?:one|body)) (?:from your (?:team|staff|"
        r"side) )?(?:call|ring|phone|contact) me\b",
        _I,
    ),
    re.compile(
        r"\b(?:want|need|like|prefer) (?:a |some )?(?:human|real person|real human|live person) ?(?:help|"
        r"support|contact|being)?\b",
        _I,
    ),
    re.compile(
        r"\b(?:talk|speak|chat)(?:ing)? (?:to|with) (?:you(?:r)? )?(?:boss|manager|supervisor|team|support)\b", _I
    ),
    re.compile(
        r"\btalk to (?:a )?(?:person|human)\b|\bescalate (?:this|my|it)\b|\bget (?:me )?(?:a )?(?:human|manager|"
        r"supervisor)\b",
        _I,
    ),
]
_REFUSES = re.compile(
    r"\b(?:don't|do not|dont|didn't|no need to|not necessary to|rather not|wouldn't|needn't|without having to|"
    r"instead of|"
    r"before i) (?:want |need |have |like |wish |ask |asking |talk |having )*(?:to )?(?:(?:speak|talk|"
    r"chat)(?:ing)?|be (?:"
    r"transferred|connected)|call|(?:a |an )?(?:human|person|agent|operator))\b",
    _I,
)
_ABOUT = re.compile(
    r"\b(?:i (?:spoke|talked|chatted|have spoken|was talking) (?:to|with)|(?:your|the|an?) (?:agent|colleague|"
    r"representative|rep|driver|person|someone|courier) (?:told|said|promised|who|i spoke|asked|from|at)|"
    r"for (?:two|three|four|five|six|\d+) (?:people|persons?)|person tent|-person|\d ?person|someone (?:else "
    r")?(?:signed|"
    r"took|received|stole|used|has|opened|is using|send))\b",
    _I,
)


def asks_for_person(text: str) -> Optional[str]:
    """The words with which the customer asks for a person, or ``None``. Telling of a person is not asking for one."""
    for pattern in _ASKS:
        match = pattern.search(text)
        if match is None:
            continue
        refused = any(no.start() <= match.start() <= no.end() + 12 for no in _REFUSES.finditer(text))
        told = any(told.start() <= match.end() and match.start() <= told.end() for told in _ABOUT.finditer(text))
        if not refused and not told:
            return match.group().strip()
    return None


class Matter(NamedTuple):
    kind: str
    words: str


_MATTERS: List[Tuple[str, re.Pattern[str]]] = [
    (
        "safety",
        re.compile(
            r"\b(?:exploded|explod\w+|blew up|caught fire|on fire|burst into flames|flare[- ]?up|(?:burn(?:ed|"
            r"t)|scald\w*|cut) (?:me|"
            r"my|his|her|our|him|the (?:kids?|child\w*))|got (?:burn(?:ed|t)|hurt|injured)|injur(?:ed|y|ies)|"
            r"hospital|"
            r"emergency room|a ?& ?e\b|ambulance|bleeding|gas (?:leak|is leaking|leaking|smell)|leak(?:s|ing|"
            r"ed) (?:gas|fuel)|"
            r"smell(?:s|ed|ing)? (?:of |like )?gas|carbon monoxide (?:poison\w*|alarm)|electric(?:al)? shock|"
            r"allergic "
            r"reaction|(?:rope|harness|carabiner|buckle|strap|frame|stove|canister) (?:snapped|broke|failed|"
            r"came apart) "
            r"(?:while|when|during|on|under|and i (?:fell|was))|nearly (?:died|killed|fell)|almost (?:died|"
            r"killed|fell)|"
            r"(?:someone|somebody|he|she|i|we) (?:was|were|got|is|are|am) (?:hurt|injured|burn(?:ed|t)|trapped))\b",
            _I,
        ),
    ),
    (
        "legal",
        re.compile(
            r"\b(?:lawyers?|solicitors?|attorneys?|legal (?:action|steps|proceedings|advice|department)|su(?:e|"
            r"ing) (?:you|your)|"
            r"(?:take|taking|see) (?:you|this|it) (?:to|in) court|small claims|court (?:order|case)|ombudsman|"
            r"trading standards|"
            r"consumer (?:protection|rights|council|agency|authority|advice)|data protection (?:authority|"
            r"complaint|breach)|"
            r"gdpr (?:complaint|request|breach)|report(?:ing)? (?:you|this|it) to the (?:police|authorities|"
            r"bank)|police report|"
            r"identity theft|(?:account|card) (?:was |has been |got |is )?(?:hacked|compromised|stolen)|hacked "
            r"my account|"
            r"(?:fraudulent|unauthori[sz]ed) (?:order|charge|payment|transaction|purchase)s?)\b",
            _I,
        ),
    ),
    (
        "vulnerable",
        re.compile(
            r"\b(?:suicid\w*|kill(?:ing)? myself|end (?:my life|it all)|harm(?:ing)? myself|self[- ]harm|want to die|"
            r"panic attack|(?:my )?(?:husband|wife|partner|mother|father|mum|mom|dad|son|daughter|brother|"
            r"sister) (?:has |just |"
            r"recently )*(?:died|passed away|is dying)|bereave\w*|funeral|(?:lost my (?:job|home|husband|wife|"
            r"partner|mother|"
            r"father|mum|mom|dad|son|daughter))|can't afford (?:food|rent|to eat)|domestic (?:abuse|violence)|"
            r"terminal(?:ly)? ill|in (?:the )?hospice|chemo(?:therapy)?)\b",
            _I,
        ),
    ),
]
_HYPOTHETICAL = re.compile(
    r"\b(?:how (?:do|can|should|to)|what (?:if|should|do)|is it (?:safe|ok|okay|dangerous)|can (?:it|they|a|"
    r"the)|could (?:it|they|"
    r"a)|does (?:it|a|the)|will (?:it|they)|prevent|avoid|in case of|risk of|danger of)\b",
    _I,
)


def weighty_matter(text: str) -> Optional[Matter]:
    """A matter of safety, of law or of a person in need, with the words that show it; ``None`` otherwise.

    A question about what might happen ("can a canister explode?") is one for the knowledge base.
    """
    for kind, pattern in _MATTERS:
        match = pattern.search(text)
        if match is None:
            continue
        if kind == "safety" and text.rstrip().endswith("?") and _HYPOTHETICAL.search(text[: match.start()]):
            continue
        return Matter(kind, match.group().strip())
    return None


_SLOW = r"(?:stupid|dumb|retarded|brain ?dead|thick|useless (?:piece|thing|idiot\w*))"
_SLUR = (
    r"(?:idiots?|morons?|retards?|imbeciles?|cretins?|dickheads?|assholes?|arseholes?|bastards?|bitch\w*|"
    r"cunts?|wankers?|twats?|scum|pigs?|trash|pricks?|fuckers?|motherfuckers?)"
)
_ABUSE: List[Tuple[float, re.Pattern[str]]] = [
    (
        1.0,
        re.compile(
            r"\b(?:i(?:'ll| will| am going to|'m going to|'m gonna) (?:kill|hurt|find|beat|rape|shoot) (?:you|"
            r"your|u)|die|kys|go (?:and )?kill yourself|hope you die)\b(?! (?:battery|hard))",
            _I,
        ),
    ),
    (
        0.9,
        re.compile(
            rf"\b(?:f+u+c+k+|screw|sod|piss)(?: off)? (?:you|off|u|yourself|yourselves)\b|\b(?:you|ur|u|you're|"
            rf"your|are|such an?|what an?|bunch of|absolute|complete)(?: (?:are|all|a|an|bunch of|fucking|"
            rf"bloody|such|complete|absolute|total|useless|little|so|really|utter|are all))* {_SLUR}\b|\b(?:you|"
            rf"u|ur|you're|you are) (?:are |all |so |really |just |that |fucking )*{_SLOW}\b",
            _I,
        ),
    ),
    (
        0.7,
        re.compile(
            rf"\b(?:{_SLUR}|{_SLOW}) (?:bots?|robots?|machines?|chat ?bots?|computers?|thing|people|company|"
            rf"staff|agents?|piece of)\b|\bshut (?:the \w+ )?up\b|\bgo to hell\b|\bpiece of (?:shit|crap|"
            rf"garbage)\b|\bi hate you\b|\bsuck my\b|\bshow me your (?:tits|boobs)\b",
            _I,
        ),
    ),
]


def abuse_score(text: str) -> float:
    """0..1: hostility at whoever reads it. Swearing at a situation is not abuse."""
    return max([score for score, pattern in _ABUSE if pattern.search(text)], default=0.0)
