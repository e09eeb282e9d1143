"""Three things that are read from the words alone: a wish for a person, a matter of safety or law, abuse.

Rules beside the classifier, because missing one of these costs more than any wrong match. Input is cleaned text.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Tuple

from bot.triage.declined import is_refused, refuses, without_declined
from bot.triage.lowered import lowered
from bot.triage.person import asks_whether, no_machine, spelt, wants_a_language, wide_request

_PERSON = (
    r"(?:(?:a|an|the|some|any|another|your|one of your|real|actual|live|human|proper|genuine|physical|customer|"
    r"support|"
    r"service|help ?desk|senior|different|competent|sales|call) ?)*"
    r"(?:human(?: being)?s?|persons?|people|someone|somebody|agents?|advis[oe]rs?|representatives?|reps?|"
    r"operators?|"
    r"employees?|staff(?: members?)?|member of (?:staff|the team|your team)|colleagues?|managers?|supervisors?|"
    r"team (?:lead|member)s?|customer (?:service|support|care)|support team|service desk|call ?cent(?:re|er)|"
    r"anyone|anybody|specialists?|expert)"
)
_CONNECT = (
    r"(?:speak|spek|talk|tlak|chat|write|get through|connect me|connected|connect|transferred|transfer me|transfer|"
    r"put me (?:through|on)|pass me(?: on)?|hand me(?: over)?|escalate(?: me| this| it)?|forward me|redirect me|"
    r"get me|give me|i (?:want|need|demand|require|would like|wanna)|i'd (?:like|prefer|rather have)|"
    r"let me (?:have|"
    r"talk|speak)|can i (?:have|get)|could i (?:have|get)|bring me|fetch|call)"
)
_AGENT = r"(?:human(?: being)?|person|agent|operator|representative|rep|advis[oe]r|supervisor|manager|human agent)s?"
_ASKS: List[re.Pattern[str]] = [
    re.compile(
        rf"\b(?:contact|reach|speak(?:ing)?|talk(?:ing)?|taok|chat(?:ting)?|get hold of|ask for|connect(?:ing)?|"
        rf"call(?:ing)?) "
        rf"(?:to |with |directly |up )*(?:a |an |the |any |some |your |one of your |real |live |free |actual |"
        rf"human |"
        rf"customer (?:service|support) |support |service )*{_AGENT}\b"
    ),
    re.compile(
        rf"\b{_CONNECT}\b(?: (?:to|with|over|through|directly|please|now|me|on|be|right now|just|to be|immediately|"
        rf"speaking|talking|speak|talk))* {_PERSON}\b(?!'s)"
    ),
    re.compile(
        r"^\W*(?:(?:a |an )?(?:real|live|actual|human) ?(?:human|person|agent|being|operator|rep(?:resentative)?|"
        r"support|advisor)?|(?:human|agent|operator|representative|advisor|adviser|person|supervisor|manager))"
        r"(?: please| pls| plz| now| asap)*\W*$"
    ),
    re.compile(
        r"\b(?:human|agent|operator|representative|real person|live agent|live chat|a person)(?:,)? (?:please|"
        r"pls|plz|now)\b"
    ),
    re.compile(
        r"\b(?:is|are) there (?:(?:any|some)(?:one|body)|(?:any|a|an|some)? ?(?:real |live |"
        r"actual )?(?:human(?: being)?s?|"
        r"persons?|agents?|staff|operators?|representatives?|supervisors?|managers?)) ?(?:else )?(?:i|we|"
        r"available|here|"
        r"there|who|that|to talk|to speak|around|of you|at your)\b"
    ),
    re.compile(
        r"\b(?:not|no more|stop|enough|instead of|rather than|sick of|don't want|tired of)\b.{0,24}\b(?:bots?|"
        r"robots?|"
        r"machines?|computers?|ai|chat ?bots?|automated)\b.{0,60}\b(?:person|human|someone|people|agent|staff)\b"
    ),
    re.compile(
        r"\b(?:person|human|someone real|real people|agent)\b.{0,20}\b(?:not|instead of|rather "
        r"than)\b.{0,12}\b(?:bots?|"
        r"robots?|machines?|computers?|ai|chat ?bots?)\b"
    ),
    re.compile(
        r"\b(?:want|need|like|prefer) (?:a |some )?(?:human|real person|real human|live person) ?(?:help|"
        r"support|contact|being)?\b"
    ),
    re.compile(
        r"\b(?:talk|speak|chat)(?:ing)? (?:to|with) (?:you(?:r)? )?(?:boss|manager|supervisor|team|"
        r"support)\b"
    ),
    re.compile(
        r"\btalk to (?:a )?(?:person|human)\b|\bescalate (?:this|my|it)\b|\bget (?:me )?(?:a )?(?:human|manager|"
        r"supervisor)\b"
    ),
]
_ABOUT = re.compile(
    r"\b(?:(?:am|are|was|were) (?:i|we|you) (?:really |actually |just )?(?:speaking|talking|chatting|connected)|"
    r"(?:do|must|"
    r"should|did|does|would) (?:i|we|one) (?:really |need to |have to |want to )*(?:speak|talk|call|contact|chat)|"
    r"(?:act|think|sound|"
    r"talk|seem|look|feel|write|behave|answer)\w* (?:just |more |a bit |exactly )?like (?:a |an )?\w+|(?:someone|"
    r"somebody|anyone|"
    r"anybody|people|person) to (?:repair|come|clean|collect|pick|deliver|sign|recommend|find|book|share|"
    r"travel|go|eat|play|hike|visit)|i (?:spoke|talked|chatted|have spoken|was talking) (?:to|with)|(?:your|"
    r"the|an?) (?:agent|colleague|"
    r"representative|rep|driver|person|someone|courier) (?:told|said|promised|who|i spoke|asked|from|"
    r"at the (?:counter|desk|till|door|shop|store|hotline|hotel))|"
    r"no (?:human|person|one) (?:could|can|would)|(?:feedback|review|compliments?|tip|nice|"
    r"praise)\b.{0,20}\b(?:about|on|of|"
    r"for|to) (?:a |the |your |one )|(?:table|tickets?|room|seats?|group|party|taxi)\b.{0,24}\b(?:people|persons?)|"
    r"for (?:two|three|four|five|six|\d+) (?:people|persons?)|person tent|-person|\d ?person|someone (?:else "
    r")?(?:signed|"
    r"took|received|stole|used|has|opened|is using|send))\b"
)


def asks_for_person(text: str) -> Optional[str]:
    """The words with which the customer asks for a person, or ``None``. Telling of a person is not asking for one."""
    low = lowered(text)
    said = spelt(low)
    shown = text if said == low else said
    if asks_whether(said):
        return None
    said = without_declined(said)
    matches = [pattern.search(said) for pattern in _ASKS]
    for match in (*matches, wide_request(said)):
        if match is None:
            continue
        told = any(told.start() <= match.end() and match.start() <= told.end() for told in _ABOUT.finditer(said))
        if not told and not is_refused(said, match.start()):
            return shown[match.start() : match.end()].strip()
    return no_machine(said)


def wants_no_person(text: str) -> bool:
    """Whether what sounds like a wish for a person is none: somebody is refused ("I don't want an agent, just tell
    me"), who writes here is asked, or the reader shall write in another language."""
    said = spelt(lowered(text))
    return refuses(said) or asks_whether(said) or wants_a_language(said)


class Matter(NamedTuple):
    kind: str
    words: str


_MATTERS: List[Tuple[str, re.Pattern[str]]] = [
    (
        "safety",
        re.compile(
            r"\b(?:exploded|explod\w+|blew up|caught (?:fire|light)|on fire|set fire to|(?:started|"
            r"began) (?:smoking|smouldering|to smoke|"
            r"sparking|hissing|to melt)|(?:shot|threw|full of) (?:sparks|flames)|(?:smoke|flames|sparks) (?:came|"
            r"coming|comes|shot) out|(?:scorched|"
            r"singed|burn(?:s|ed|t)? (?:marks? )?on) (?:my|his|her|our)|passed out|fainted|unconscious|(?:broke|"
            r"fractured|sprained|dislocated|"
            r"twisted|crushed|slashed|sliced|cut) (?:my|his|her) (?:arm|leg|ankle|wrist|hand|finger|nose|foot|rib|"
            r"collarbone|shoulder|knee)s? "
            r"(?:because|when|while|after|on (?:it|the)|with (?:it|the))|i fell (?:because|when|as|after|off)|"
            r"(?:needed|need|got|had|with) stitches|"
            r"concussion|(?:kid|child|son|daughter|baby|toddler|boy|girl|dog|cat|he|she|one|niece|nephew|grand(?:son|"
            r"daughter|child)|puppy|brother|sister|i) (?:has |have |just |may have |might have |"
            r"probably )*swallowed (?:a|the|one|"
            r"some|it|part)|(?:fell|dropped|falls?) (?:about |from )?(?:\w+ )?(?:\w+ )?(?:met(?:re|er)s|feet|"
            r"ft)\b|(?:is|was|are|"
            r"were|now|still|spent|lies) (?:\w+ )?in (?:the )?hospital|"
            r"(?:collapsed|snapped|gave way|tore|exploded|came (?:off|loose)|failed|fell|"
            r"broke)\b.{0,30}\b(?:broke|hurt|injured|cut|hit|burne?[dt])"
            r"\b|(?:baby|child|kid|toddler) (?:has |have |just )?(?:ate|eaten|"
            r"drank|chewed up|licked)|at the vet|"
            r"r[au]n over (?:my|our|the|his|her)|(?:glass|metal) (?:splinters|shards|pieces) in|(?:tongue|mouth|"
            r"fingers?|hands?|foot|lips?|gums?|"
            r"eyes?|face|leg|arm) (?:is|are|was|got|were) (?:\w+ )?(?:cut|bleeding|burne?[dt]|broken|injured)|"
            r"(?:burning|burnt) smell|smells? (?:of "
            r"|like )?(?:burn\w+|smoke|gas)|(?:threaten\w*|shout\w* at|attack\w*|assault\w*|harass\w*|insult\w*|"
            r"grabbed|pushed) (?:me|us|my)\b|"
            r"(?:gave|given|giving) (?:me|us|him|her|my \w+) (?:a |an )?(?:\w+ )?(?:rash|burns?|allerg\w+|"
            r"blisters?|infection|shock|hives)|"
            r"throwing up|vomit\w*|food poisoning|(?:got|been|is|was|felt|"
            r"made (?:me|us|him|her)) (?:very |"
            r"really |so )?(?:sick|ill|dizzy) "
            r"(?:from|after|since|because)|chok(?:ed|ing) on|poison(?:ed|ing)|breathing (?:problems|trouble)|"
            r"can(?:'t|not) breathe|"
            r"rash all over|"
            r"(?:face|throat|lips|hand|eye) (?:is |are |has |have )?(?:swollen|swelling|swelled)|"
            r"could have (?:killed|died|been killed|hurt|burn\w+)|"
            r"(?:someone|somebody|people|a child|my kids?) (?:could|will|might) (?:get |be )?(?:die|hurt|killed|"
            r"burn\w*|injured)|"
            r"(?:gave way|snapped|failed|opened|came off|tore|ripped|slipped) (?:(?:in|on) the middle of|while|"
            r"when) (?:i|we|he|she|my \w+) "
            r"(?:was|were|is|climbed|fell)|batter(?:y|ies) (?:(?:is|are|has|have|looks?|got|keeps?) )?"
            r"(?:swell(?:ed|ing)?|swollen|bulg(?:ed|ing)|bloated|leak(?:ed|ing)|smok(?:ed|ing)|so hot)\b|"
            r"burst into flames|flare[- ]?up|(?:burn(?:ed|"
            r"t)|scald\w*|cut) (?:me|"
            r"my|his|her|our|him|the (?:kids?|child\w*))|got (?:burn(?:ed|t)|hurt|injured)|injur(?:ed|y|ies)|"
            r"(?:in|to|from|at) (?:the )?(?:hospital|emergency room|a ?& ?e)\b(?= (?:with|because|after|by|now|"
            r"since|last|"
            r"yesterday|today)\b)|(?:ended up|rushed|admitted|landed|taken|lying|had to go|went) (?:in|to|at|"
            r"into) (?:the |a )?"
            r"(?:hospital|emergency room)|bleeding|(?:called|needed?|came in|by) (?:an |the )?ambulance|"
            r"gas (?:leak|is leaking|leaking|smell)|leak(?:s|ing|"
            r"ed) (?:gas|fuel)|(?:my|our) (?:\w+ ){0,2}(?:stove|burner|canister|cartridge|(?:gas|fuel) bottle) "
            r"(?:is |was |has been )?leak(?:s|ing|ed)\b|"
            r"(?:stove|burner|canister|cartridge|(?:gas|fuel) bottle) (?:is|was|keeps|(?:won't|doesn't|will not) stop|"
            r"(?:has )?started) (?:still )?leaking|"
            r"(?:stove|burner|canister|cartridge|valve) (?:is |keeps |was )?hiss(?:es|ing)\b"
            r"(?=.{0,40}(?:smell|\boff\b|clos|shut))|"
            r"smell(?:s|ed|ing)? (?:of |like )?gas|carbon monoxide (?:poison\w*|alarm)|electric(?:al)? shock|"
            r"allergic "
            r"reaction|(?:rope|harness|carabiner|buckle|strap|frame|stove|canister) (?:snapped|broke|failed|"
            r"came apart) "
            r"(?:while|when|during|on|under|and i (?:fell|was))|nearly (?:died|killed|fell)|almost (?:died|"
            r"killed|fell)|"
            r"(?:someone|somebody|he|she|i|we) (?:was|were|got|is|are|am) (?:hurt|injured|burn(?:ed|t)|trapped))\b"
        ),
    ),
    (
        "legal",
        re.compile(
            r"\b(?:(?<!i am a )(?<!i'm a )(?:lawyers?|solicitors?|attorneys?)|legal (?:action|steps|proceedings|"
            r"advice|department)|su(?:e|"
            r"ing) (?:you|your)|"
            r"(?:take|taking|see) (?:you|this|it) (?:to|in) court|small claims|court (?:order|case)|ombudsman|"
            r"trading standards|"
            r"consumer (?:protection|rights|council|agency|authority|advice)|data protection (?:authority|"
            r"complaint|breach)|"
            r"gdpr (?:complaint|request|breach)|report(?:ing)? (?:you|this|it) to the (?:police|authorities|"
            r"bank)|police report|"
            r"opened (?:an? )?(?:\w+ )?(?:account|contract|loan|card)s? (?:with|in|on|using) my|"
            r"strangers'? (?:name|address|data|details|orders?)|"
            r"(?:other|strange|unknown) (?:people's )?orders in my (?:account|profile)|the police (?:have|has|"
            r"are|were|want|asked|came|say|said|told|report|officer)|police (?:file|case|"
            r"number|officer)|stranger's "
            r"(?:name|address|data|details|invoice|order|parcel)|(?:name|address|data|details|orders?|"
            r"invoice) of (?:another|a different|some "
            r"other) (?:customer|person|client)|someone else's name|debt collect\w+|collection agency|bailiffs?|"
            r"report(?:ing)? you|identity theft|(?:in|under|using|with|used) my (?:name|identity) (?:without|"
            r"and i|but i|that i)|"
            r"(?:orders?|accounts?|loans?) (?:in|under) my name|"
            r"(?:orders?|purchases?|payments?) (?:that )?i (?:never|didn't|did not|haven't) (?:placed?|made?|"
            r"ordered|authori[sz]ed?)|(?:someone|somebody|"
            r"a stranger|strangers?|others?|people|who|anyone|they) (?:has |have |had |is |are |can |could |got |"
            r"was |were )*(?:ordered (?:with|on|from|"
            r"using) my|in(?:to)? my account|logged in(?:to)?|using my (?:account|card|details|data)|"
            r"used my (?:account|card|details|data)|been (?:ordering|buying|shopping|paying|"
            r"logging)\b.{0,20}\bmy|access(?:ed)? (?:to )?my|"
            r"see my (?:address|data|orders?|details)|broke(?:n)? into my)|(?:another customer's|"
            r"a different customer's|someone else's|somebody else's|other (?:customers'?|"
            r"people's?)) (?:customer'?s? )?(?:address|data|details|personal|account|bank details|invoice|card)|"
            r"(?:data|address|details|passwords?) (?:\w+ )?"
            r"(?:leak(?:ed)?|exposed|published|stolen)|data (?:leak|breach)|phishing (?:mail|site|attack)|"
            r"press(?:ing)? charges|(?:my|our|a) (?:legal (?:team|"
            r"insurance|counsel)|barrister)|formal notice|(?:pay|going|go|see you) (?:in|to) court|"
            r"(?:go(?:ing)? to|went to|called|call(?:ing)?|told|involve|tell|inform) the police\b(?! station)|"
            r"(?:account|card) (?:was |has been |got |is )?(?:hacked|compromised|stolen)|card(?: details| data|"
            r" number)? (?:was|"
            r"were|has been|have been|is being|got) (?:used|misused|abused|charged by)(?: \w+)? by|hacked "
            r"my account|"
            r"(?:fraudulent|unauthori[sz]ed) (?:order|charge|payment|transaction|purchase)s?)\b"
        ),
    ),
    (
        "vulnerable",
        re.compile(
            r"\b(?:suicid\w*|kill(?:ing)? myself|end (?:my life|it all)|harm(?:ing)? myself|self[- ]harm|"
            r"want to die|"
            r"ending (?:it all|my life)|(?:dementia|alzheimer\w*)|(?:can't|cannot) cope|depress(?:ed|ion)|"
            r"miscarr\w+|panic attack|(?:don't|do not|"
            r"dont) want to (?:live|be here|go on living|wake up)|(?:can't|"
            r"cannot) go on (?:living|like this any ?more|with (?:life|it))|"
            r"no (?:point|reason) (?:in|to) (?:living|live|go(?:ing)? on)|better off dead|jump off (?:a|"
            r"the) bridge|overdose|(?:my|her|his|their) (?:late )?\w+ (?:has |"
            r"have |just |recently |suddenly )*(?:died|passed|passed away) (?:last|this|on|in|yesterday|two|three|"
            r"a few|and|suddenly|unexpectedly)|death "
            r"(?:in the family|certificate|of my)|widow(?:er|ed)?|(?:he|she) (?:has |just |recently )*(?:died|"
            r"passed away)|(?:i|she|he|who) (?:have|has|was "
            r"diagnosed with|is diagnosed with) (?:\w+ )?(?:cancer|dementia|alzheimer\w*)|stalk(?:er|ing)|"
            r"women's (?:shelter|refuge)|hiding from|(?:my|her) ex(?:[- ]\w+)? "
            r"(?:must not|mustn't|can't|cannot|is not to|shouldn't|found|has|knows|keeps|is)|restraining order|"
            r"homeless|evicted|"
            r"(?:my )?(?:husband|wife|partner|mother|father|mum|mom|dad|son|daughter|brother|"
            r"sister) (?:has |just |"
            r"recently )*(?:died|passed away|is dying)|bereave\w*|(?:after|at|for|before|arrang\w+|"
            r"organi[sz]\w+|planning|to) (?:my|the|her|his|a|our) "
            r"(?:\w+(?:'s)? )?funeral|(?:lost my (?:job|home|husband|wife|"
            r"partner|mother|"
            r"father|mum|mom|dad|son|daughter))|(?:can't|cannot|can not|unable to|no money (?:left )?(?:to|for)|"
            r"nothing left (?:to|for)) (?:afford |buy |pay (?:for )?|"
            r"get )?(?:any |my |the |our )?(?:food|rent|groceries|heating|medicine|medication|insulin|nappies|"
            r"to eat)|nothing matters "
            r"any ?more|domestic (?:abuse|violence)|"
            r"terminal(?:ly)? ill|in (?:the )?hospice|chemo(?:therapy)?)\b"
        ),
    ),
]
_HYPOTHETICAL = re.compile(
    r"\b(?:how (?:do|can|should|to)|what (?:if|should|do)|is it (?:safe|ok|okay|dangerous)|can (?:it|they|a|"
    r"the)|could (?:it|they|"
    r"a)|does (?:it|a|the)|will (?:it|they)|prevent|avoid|in case of|risk of|danger of)\b"
)

_ASKS_FACTS = re.compile(
    r"^\W*(?:do you have|is there|are there|what(?:'s| is| are)|which|who is|how do you|where (?:is|do you))\b"
    r"(?=.{0,70}\?$)(?!.*\b(?:my|i|me)\b)"
)


def weighty_matter(text: str) -> Optional[Matter]:
    """A matter of safety, of law or of a person in need, with the words that show it; ``None`` otherwise.

    A question about what might happen ("can a canister explode?") is one for the knowledge base.
    """
    low = lowered(text)
    for kind, pattern in _MATTERS:
        match = pattern.search(low)
        if match is None:
            continue
        if kind == "legal" and _ASKS_FACTS.search(low):
            continue
        if kind == "safety" and low.rstrip().endswith("?") and _HYPOTHETICAL.search(low[: match.start()]):
            continue
        return Matter(kind, text[match.start() : match.end()].strip())
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
            r"your|u)|kys|(?:go (?:and )?|just |please |you should |"
            r"you can )die(?= *[!.]*$)|go (?:and )?kill yourself|hope you die)\b"
        ),
    ),
    (
        0.9,
        re.compile(
            rf"\b(?:f+u+c+k+|screw|sod|piss)(?: off)? (?:you|off|u|yourself|yourselves)\b|\b(?:you|ur|u|you're|"
            rf"your|are|such an?|what an?|bunch of|absolute|complete)(?: (?:are|all|a|an|bunch of|fucking|"
            rf"bloody|such|complete|absolute|total|useless|little|so|really|utter|are all))* {_SLUR}\b|\b(?:you|"
            rf"u|ur|you're|you are) (?:are |all |so |really |just |that |fucking )*{_SLOW}\b"
        ),
    ),
    (
        0.7,
        re.compile(
            rf"\b(?:{_SLUR}|{_SLOW}) (?:bots?|robots?|machines?|chat ?bots?|computers?|thing|people|company|"
            rf"staff|agents?|piece of)\b|\bshut (?:the \w+ )?up\b|\bgo to hell\b|\bpiece of (?:shit|crap|"
            rf"garbage)\b|\bi hate you\b|\bsuck my\b|\bshow me your (?:tits|boobs)\b"
        ),
    ),
]


def abuse_score(text: str) -> float:
    """0..1: hostility at whoever reads it. Swearing at a situation is not abuse."""
    low = lowered(text)
    return max([score for score, pattern in _ABUSE if pattern.search(low)], default=0.0)
