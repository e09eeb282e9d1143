"""Asking for a person in whatever words: the nouns that mean one, the verbs that ask for one, and what is no request.

Beside the exact patterns of ``requests`` this is the wide net: a noun that means a person of this company, near a verb
that asks for one, in either order. Input is cleaned text in lower case.
"""

from __future__ import annotations

import re
from typing import Optional

_SURE = (
    r"(?:h[uo]+m[ae]ns?(?: beings?)?|hu?amns?|humna|(?:real|live|actual|proper|living|breathing|genuine|"
    r"normal) (?:\w+ )?"
    r"(?:persons?|people|human|agents?|someone|somebody|adviser|advisor|rep)|(?:someone|somebody|anyone|anybody) "
    r"(?:real|human|alive|in charge|responsible|competent|with (?:a (?:pulse|brain)|authority)|from (?:your|the) "
    r"(?:team|staff|company|support|service)|(?:on|in) (?:your|the) (?:team|staff|office))|flesh and blood|"
    r"(?:whoever|the person) (?:is |'s )?in charge|members? of (?:the |your )?"
    r"(?:staff|team)|one of (?:your|the|you) (?:own |real |actual )?(?:people|colleagues|team|staff|agents|"
    r"advisers|lot|"
    r"guys|folks|crew|humans|employees|experts|specialists|managers)|(?:living|human|live|real|breathing|"
    r"sentient|kind) "
    r"(?:beings?|souls?|creatures?|voices?|hands?|eyes)|staff members?|(?:actual|real|proper) (?:employees?|staff|"
    r"colleagues?|support|managers?|eyes))"
)
_LIKELY = (
    r"(?:someone|somebody|anyone|anybody|(?:a|another|the|any|some) (?:person|people|colleague|employee)|(?:your|"
    r"a|the|an?other) "
    r"(?:colleagues?|superviso?rs?|managers?|boss|superior|team leader|seniors?)|agents?|agnets?|advis[eo]rs?|"
    r"representatives?|reps?|"
    r"operators?|consultants?|specialists?|experts?|call ?cent(?:re|er)|(?:customer|human|live) (?:service|"
    r"support|care|help|chat)|"
    r"staff|support team)"
)
_WISH = (
    r"(?:want|need|would like|'d like|wish|prefer|rather|sooner|demand|insist|require|give|get|let me have|"
    r"could i have|can i have|"
    r"may i have|i(?:'ll| will) (?:only|wait)|please|wanna|looking for|is there|are there|where(?:'s| is| are|"
    r" can i| do i)|how (?:do|can) i "
    r"(?:reach|find|get|contact)|bring|fetch|send|find me|take me|show me)"
)
_TALK = (
    r"(?:sp(?:ea|e|ae)k|t[ao]+l?k|tlak|chat|discuss|(?:a )?word|deal|(?:be )?put(?: me| us| this)?|pass(?: me| us|"
    r" this| it)?|hand(?: me| us| this| it)?|"
    r"transfer(?:red)?|conn?ect(?:ed)?|switch(?: me)?|forward(?: me| this| it)?|escalate|redirect|refer me|"
    r"get (?:hold|through|in touch)|"
    r"reach|contact|take over|taken? by|look(?:ed)? at by|handled? by|through to|bring in|get me|give me)"
)
_LINK = r"(?:\W+(?!(?:not|don't|never)\b)[\w']+){0,5}?\W+(?:(?:to|too|2|with|w|by|over|a|an|the|my|your) )*"
_NET = [
    re.compile(rf"\b(?:{_WISH}|{_TALK})\b{_LINK}{_SURE}\b(?!')"),
    re.compile(rf"\b{_TALK}(?:ing)?\b(?: (?:me|us|this|it|over|on|through|up|back|directly|right|straight|now|"
        rf"please|just|in|out))* "
               rf"(?:to|too|2|with|w|by|over to|onto|on to|from) (?:\w+ )?{_LIKELY}\b(?!')"),
    re.compile(rf"\b(?:can|could|may|would|will|have|let|ask)\b(?: (?:you|please|maybe|get|have|perhaps|not|i|a|an|"
        rf"the|some))* (?:{_SURE}|a "
               rf"colleague|your colleagues?|(?:a|the|your) (?:manager|supervisor|person)) (?:please )?(?:just |"
               rf"actually |finally )?(?:to )?"
               r"(?:help|take|look|handle|read|deal|answer|call|talk|speak|sort|step|come|join|reply|decide|"
               r"do)\w*\b"),
    re.compile(rf"^\W*(?:{_SURE}|agent|operator|representative|(?:a |the )?(?:person|supervisor|manager|adviser|"
        rf"advisor)|customer (?:service|support|care)|(?:the )?support team|live chat)\b"
               r"(?:\W+(?:please|pls|plz|now|asap|today|instead|thanks|thank you|at once|immediately))*\W*$"),
    re.compile(rf"(?:^|[.!,;?]) ?(?:{_SURE}|agent|person|operator)(?:[.!,]* ?(?:now|please|pls))?[.!]*$"),
    re.compile(r"\bis (?:any|some)(?:one|body) (?:there|around|available)\b.{0,12}\bi (?:can|could) (?:talk|speak|"
        r"chat)\b|\bget (?:me )?"
               r"(?:a|your|another|the) (?:colleague|manager|supervisor|boss|adviser|advisor|agent)\b(?!')"),
    re.compile(r"\bwho (?:can|do|could|should|may) i (?:talk|speak|turn|complain) to\b(?! about (?:a |"
        r"my )?(?:career|job))"),
]  # fmt: skip
_SOMEONE = (
    r"(?:s[ou]m+[ne]*o?ne?(?:one|body)?|somebody|sombody|anyone|anybody|(?:a |an |the |your |another |some |any |"
    r"real |live |free |service |"
    r"support |bloody |customer )*(?:pers+on|persn|perosn|people|human\w*|agents?|assistants?|operators?|"
    r"advis[eo]rs?|reps?|representatives?|"
    r"colleagues?|supervisors?|managers?|employees?|staff|support|customer (?:service|care|support)))"
)
_SHORT = [
    re.compile(
        rf"\b(?:(?:talk+|tlak|taok|sp[ea]+k|spk|spek|chat+|cat|connect|transfer|switch|put)(?:ing|ed)?(?: me|"
        rf" us)?(?: through| over)? "
        rf"?(?:to|with|w) ?|(?:contact|reach|get hold of)(?:ing)? (?:to |with )?){_SOMEONE}\b(?!'| (?:else'?s|"
        rf"at the (?:hotel|restaurant)|about the "
        r"(?:hotel|restaurant)))"
    ),
    re.compile(
        r"\b(?:handled|answered|dealt with|looked at|decided|checked|read|done) by (?:a |an |another |"
        r"some ?)?(?:real |actual )?(?:person|human|"
        r"someone|somebody|people|colleague|manager|supervisor|specialist|expert|employee|technician)\b"
    ),
    re.compile(
        r"\b(?:isn't|is|aren't|are) there (?:not )?(?:any|some)?(?:one|body)?\b.{0,12}\b(?:talk|speak|chat|"
        r"write) to\b"
    ),
    re.compile(
        r"^\W*(?:(?:please|just|ok|pls) )*(?:transfer me|escalate(?: this| it)?|put me through|"
        r"hand me over)\W*$"
    ),
    re.compile(
        r"^\W*(?:some|any)(?:one|body) (?:else|human|real)(?: please| pls| there| around| here)?\W*$|"
        r"^\W*any (?:humans?|person|people|staff) "
        r"(?:around|there|here|available|about)\W*$|\b(?:service|support|customer|sales|live) (?:agent|rep|"
        r"representative|advis[eo]r)s?(?: please"
        r"| pls| now)?\W*$|(?:,|\.|!|;|then|just) get (?:me )?(?:a|some) (?:person|human|people)\b"
    ),
]
_OBLIQUE = [
    re.compile(
        r"\b(?<!don't )(?<!not )(?<!to )(?:pass|put|hand|transfer|connect|move|switch|send|refer) me (?:on|"
        r"through|over|across|up)\b(?! (?:to the (?:hotel|"
        r"restaurant|next)|(?:the|a|your|that) (?:\w+ )?(?:list|newsletter|order|waiting)))"
    ),
    re.compile(
        r"\b(?:want|need|like|prefer|rather|get|give|find|bring|is there|are there|chance|talk|speak|reach|let|"
        r"have)\b.{0,30}\b(?:someone|somebody|anyone|"
        r"anybody|(?:a |the )?(?:person|people|adult|grown-?up)) who(?:'s|'ll| (?:can|could|actually|really|"
        r"knows?|understands?|is|has|will|makes?|"
        r"decides?|reads?|listens?|speaks?|thinks?))\b|\b(?:want|need|get|give) (?:me )?an? (?:adult|grown-?up)\b"
    ),
    re.compile(
        r"\b(?:talk|speak|explain|discuss|tell|sort|write)(?:ing)?(?: \w+){0,4} (?:in person|face to face|(?:to|"
        r"with) (?:someone|somebody|anyone|anybody|one of you|"
        r"(?:the |a |your )(?:lady|man|guy|woman|gentleman|colleague|team|department|help ?desk|service|office|"
        r"complaints)))\b"
    ),
    re.compile(
        r"\b(?:can|could|will|would|have|has|let|want|need|needs|like|make|ask|get)(?: \w+){0,2}? (?:someone|"
        r"somebody|anyone|anybody|one of (?:you|your people)) "
        r"(?:please |just |actually |there |finally |to )*(?:take (?:over|this|it|care)|look at (?:this|it|my)|"
        r"look into|deal with|sort (?:this|it)|handle|step "
        r"in|explain|answer me|get back|join|decide)\b"
    ),
    re.compile(
        r"\b(?:get|take|let|want|move|bring) (?:me |us )?(?:off|away from|out of|past|round|around) (?:this |"
        r"the |your )*"
        r"(?:\w+ )?(?:chat ?bot|bot|robot|machine|computer|automat\w+|ai)\b|\b(?:could|can|may|might) (?:i|"
        r"we) (?:have|get|"
        r"speak (?:to|with)|talk (?:to|with)|reach) (?:her|him|them|the same (?:person|agent|lady|man|woman|"
        r"colleague|"
        r"adviser))\b(?: again| back| please|\W*$)|\b(?:number|line|phone|address)\b.{0,14}\b(?:with|where|of|"
        r"for|to|behind|and) "
        r"(?:\w+ ){0,2}(?:person|human|people|somebody|someone|agent)\b(?! name)|\b(?:hand|pass|give|take|"
        r"forward|leave|refer|"
        r"move|bring|kick|bump) (?:this|it|that|my (?:case|question|complaint|matter))(?: \w+){0,2} (?:to|with|"
        r"for|up to) "
        r"(?:a |an |the |your |some |one of )*(?:\w+ )?(?:person|human|someone|somebody|colleagues?|manager|"
        r"supervisor|boss|"
        r"team(?: lead(?:er)?)?|staff|specialist|expert|people|department|superior|adult)\b"
    ),
    re.compile(
        r"\b(?:with|by|to|from) one of (?:your|you)\b(?! (?:shops?|stores?|products?|partners?|mails?|emails?|"
        r"\w+ (?:shops?|stores?)))|"
        r"\b(?:this|it|that) (?:really |clearly |just )*(?:needs|wants|calls for|takes|requires|is (?:a job|one|"
        r"something) "
        r"for) (?:a |an |some |the |your )*(?:\w+ )?(?:person|human|someone|somebody|manager|supervisor|"
        r"colleague|adult|"
        r"specialist|expert)\b(?! (?:tall|weigh))|\bnot (?:you|a bot|this bot|the bot)[,.;:]? (?:but )?(?:a |"
        r"an |some )?(?:somebody|someone|"
        r"human|person|real|actual|people)\b|\b(?:put|get|bring|have) (?:some(?:one|body)|a human|a person|your \w+) "
        r"(?:on|in here|here|over here|involved|on the line|on this)\b(?! the (?:roof|photo))"
    ),
    re.compile(
        r"\b(?:don't|do not|dont) (?:want|need) (?:a |an |this |the |your |any )*(?:chat)?(?:bot|robot|machine|"
        r"ai)\b|\b(?:turn|switch) (?:the |this )?(?:chat)?bot off"
        r"\b|\banyone (?:real|human|alive) (?:there|around|here)\b|\bany chance (?:of|to|i)\b.{0,24}\b(?:human|"
        r"person|people|someone|somebody|agent|colleague)\b"
    ),
]
_ASKS_WHETHER = re.compile(
    r"\b(?:human|person|people|someone|somebody|anyone)s? (?:behind|typing|writing|reading (?:this|along)|"
    r"on the other (?:end|side))\b|\bwhen "
    r"(?:will|does|do|is|are) (?:your|the|a) \w+ (?:decide|reply|answer)\w*"
)
_PERSON_OR_MACHINE = re.compile(
    r"\b(?:am i|are you|are u|r u|is (?:this|it|that)|(?:if|whether) (?:you|i|this|it)(?:'re|'m|'s| are| am| is))\b"
    r"[^.?!]{0,50}\b(?:(?:person|human|people|someone|somebody|being)\b[^.?!]{0,12} or (?:a |an |the |just )?(?:\w+ )?"
    r"(?:chat ?bot|bot|robot|machine|computer|ai|program|software|automat\w+)"
    r"|(?:chat ?bot|bot|robot|machine|computer|ai|program|software)\b[^.?!]{0,12} or (?:a |an |the )?"
    r"(?:\w+,? ){0,2}(?:person|human|people|someone|somebody))\b"
)
_IN_A_LANGUAGE = re.compile(
    r"\b(?:speak|talk|chat|write|answer|reply|respond)(?:ing)?"
    r"(?: (?:to|with|me|you|us|each|one|another|other|only|please))* (?:in )?"
    r"(?:english|german|french|spanish|italian|dutch|polish|portuguese|chinese|mandarin|russian|turkish|arabic|hindi|"
    r"japanese|korean|swedish|danish|norwegian|finnish|greek|czech|hungarian|ukrainian)\b"
)
_NO_MACHINE = re.compile(
    r"\b(?:(?:no|no more|stop (?:this|the|with the)|enough (?:of|with) (?:this|the|your)) (?:stupid |bloody |"
    r"damn |useless )*(?:chat ?bots?|"
    r"bots?|robots?|ai|automated (?:answers?|replies))\b|(?:don't|do not|dont|won't|will not|not|refuse to|hate|"
    r"sick of|tired of|instead of|"
    r"rather than|done|stop)(?: (?:want|wanna|going|to|be|being|like|with|any ?more))* (?:talk|talking|speak|"
    r"speaking|chat|chatting|deal|"
    r"dealing|discuss|discussing|arguing|argue|writing|write)(?: (?:to|with|this|it|that))* (?:a |an |the |this |"
    r"your |some |any |more )*(?:stupid |"
    r"bloody |damn |useless )*(?:bots?|robots?|machines?|computers?|chat ?bots?|ai|algorithms?|programs?|"
    r"automat\w+)\b)"
)
_OTHER_LANGUAGES = re.compile(
    r"\b(?:(?:mit|einen?|einem|echten?) (?:\w+ )?(?:menschen|mitarbeiter(?:in)?|berater(?:in)?|kollegen|person)|"
    r"(?:un|une|à un|avec un) (?:\w+ )?"
    r"(?:humain|conseill(?:er|ère)|agent|personne|collaborateur)|(?:una?|con una?) (?:\w+ )?(?:persona|agente|"
    r"humano|operador|asesor)|"
    r"(?:un|una|con un|con una) (?:\w+ )?(?:operatore|umano|persona|addetto|consulente)|(?:een|"
    r"met een) (?:\w+ )?(?:mens|medewerker|persoon)|"
    r"(?:uma?|com uma?) (?:\w+ )?(?:pessoa|atendente|humano)|z (?:\w+ )?(?:człowiekiem|konsultantem|pracownikiem|"
    r"kimś)|(?:bir|gerçek) "
    r"(?:\w+ )?(?:insan\w*|temsilci\w*|yetkili\w*|kişi\w*)|parler (?:à|a|avec) quelqu'un|hablar con alguien|"
    r"parlare con "
    r"qualcuno|mit (?:jemandem|jemanden|wem) (?:\w+ )?(?:sprechen|reden|telefonieren)|iemand (?:\w+ )?spreken|"
    r"met iemand "
    r"(?:\w+ )?(?:praten|spreken)|falar com alguém|biriyle (?:\w+ )?(?:görüş|konuş)\w*)\b"
)


_ANY = (
    r"(?:(?:someone|somebody|anyone|anybody|whoever)(?! else\b)|(?:a|your|one of your|some|the|an actual|"
    r"any) (?:\w+ )?"
    r"(?:colleagues?|person(?!al)|people|managers?|supervisors?|superiors?|boss|team|staff|specialists?|"
    r"experts?|adult|grown[- ]?up|"
    r"departments?|members? of (?:the |your )?(?:staff|team)))"
)
_BOT = r"(?:chat ?bots?|bots?|robots?|machines?|computers?|ai|automat\w+)"
_WIDER = [
    re.compile(
        rf"\b(?:skip|bypass|avoid|without|leave out|get past) (?:the |this |a |your |all )*(?:\w+ )?{_BOT}\b|"
        rf"\b(?:contact|someone|"
        rf"somebody|one|person|anything|who|which|something)\b.{{0,16}}\b(?:isn't|is not|not|that's not) (?:a |"
        rf"an |the )?{_BOT}\b|\b(?:talk|"
        r"speak|discuss|explain|chat)\b.{0,40}\b(?:with|to) (?:somebody|someone|a (?:human|person)|"
        r"one of you)\b(?! (?:else|i know|at "
        r"home|special))|\b(?:question|matter|case|message|one|task|job|problem|something|this is) for (?:a |"
        r"an |some )?(?:real |human )?"
        r"(?:person|human|people|adviser|manager|specialist|expert)s?\b|\b(?:until|till|when|before) (?:a |an |"
        r"some |the )?(?:person|human|"
        r"someone|somebody|people|real \w+|colleague)s? (?:answers?|repl\w+|comes?|reads?|looks?|takes?|"
        r"is there|are there|helps?)\b",
    ),
    re.compile(
        rf"\b(?:want|need|get|give|fetch|call|bring|find|see|rather have)(?: me| us)? (?:your|a|an|the) (?:boss|"
        rf"managers?|supervisor|"
        r"superior|team lead\w*|rep|colleague|employee|advis[eo]r|human|person in charge|support agent|"
        r"support team)\b(?!')|\b(?:asking|"
        rf"asked|begging|wait\w*|looking|hoping|easier|better|simpler|explain|question|"
        rf"answer\w*)\b.{{0,24}}\b(?:to|for|with|by|from) (?:a |"
        rf"an |the )?{_SURE}\b|\bi(?:'d| would) (?:rather|prefer to|sooner|like to) (?:call|phone|ring|talk|"
        rf"speak)\b(?= ?(?:$|[.!,?]|now|please|"
        r"instead|in person|to you|with you))|^\W*(?:(?:i (?:just |really )?(?:want|need|would like|wanna|"
        r"have) to|can (?:we|i)|let's|let "
        r"me|could we) (?:talk|speak)(?: now| please| properly)*|(?:is )?(?:some|any)(?:one|body) (?:there|here|"
        r"around|home))\W*$",
    ),
    re.compile(
        rf"\b(?:can|could|would|will|may|might|have|let|please|need|want|like|get|ask|"
        rf"should)\b(?: \w+){{0,2}}? {_ANY}"
        r"(?: (?:from|on|at|in) (?:your|the) \w+| there| here| over there)?(?: (?:please|just|to|maybe|also|"
        r"actually|quickly))* "
        r"(?:(?:phone|ring|call|contact|message|text|write|e?mail|answer|explain|reply|get back)(?: (?:to|"
        r"it))? (?:me|us)\b|"
        r"(?:look|check|go|read) (?:at|into|over|through|on)? ?(?:this|it|my (?:case|account|question|order))|"
        r"have a look|take "
        r"(?:a look|this|it|over)|double[- ]check|review|handle|deal with|get in touch|step in|decide)"
    ),
    re.compile(
        rf"\b(?:complain|message|write|turn|pass(?:ed)?|hand(?:ed)?|report|forward|speak|talk|through|take|"
        rf"escalate|hear(?:ing)?|put|"
        rf"connect\w*|transfer\w*|second opinion|refer\w*|wait)\b(?: (?:me|us|this|it|that|on|over|directly|up|"
        rf"back|an? \w+|"
        rf"something))* (?:to|from|with|by|through to) (?:{_ANY}(?! (?:page|name|number|mail|leader of))|"
        rf"the complaints|"
        r"(?:someone|somebody) higher|customer (?:service|services|care|support|relations))\b(?! (?:code|fee|"
        r"at the|of mine))"
    ),
    re.compile(
        r"^\W*(?:(?:please|just|ok|now|hi|hello|no|so|then|i want to|i wish to|i would like to|i'd like to|"
        r"can you|could you)[ ,]*)*"
        r"(?:connect|transfer|switch|escalate|forward)(?: me| this| it| us)?(?: (?:please|now|through|over|up))*\W*$"
    ),
    re.compile(
        r"\b(?:you|it|bot) (?:can't|cannot|won't|don't|can not)\b.{0,30}\bwho (?:can|does|could|will)\b|"
        r"\b(?:another|other|different|"
        r"better) way to (?:reach|contact|get hold of|talk to|speak to) (?:you|the (?:shop|company|team))\b|"
        r"\bprefer (?:people|humans|"
        r"persons?|a person) (?:to|over|instead)\b|\bis (?:any|some)(?:one|body) (?:awake|alive|home|real|"
        r"listening|working|at "
        r"work|on duty)\b|\b(?:need|want|get|give|send)(?: me)? (?:a |an )?(?:real )?(?:grown[- ]?up|"
        r"adult)(?: here)?\W*$|\bdo you have "
        r"(?:a|any) (?:person|people|humans?|staff|agents?)\b(?! (?:discount|under|who (?:wear|are)))|"
        r"\b(?:agent|human|person) "
        r"(?:come|needed|required|wanted|asap|now)\b|\bwho is (?:your|the) (?:boss|superior|manager|"
        r"supervisor)\b.{0,20}\b(?:talk|speak|write)\b|\bget (?:someone|somebody|a person) from (?:customer|the|"
        r"your|support)\b|\byour team (?:take|look|handle|step|sort)\w*\b"
    ),
    re.compile(
        rf"\b(?:want|need|would|could|can|may|let|prefer|rather|please|should|wish|require|demand|better|chance|"
        rf"get|give|if not|"
        rf"instead|where|how|ask|wait)\b.{{0,60}}\b{_SURE}\b(?!')"
    ),
    re.compile(rf"\b{_SURE}\b.{{0,40}}\b(?:please|would be|could|can you|now|instead|i mean|take over|needed)\b"),
]
_SPELLINGS = {
    "person": "persn perosn presn pers0n persom preson perosn personn",
    "human": "humna hooman humman huamn humen hum4n humanbeing",
    "someone": "sum1 some1 smone somone somoene sumone soemone some-one",
    "somebody": "somebdy sombody somebodi sumbody",
    "operator": "operater oprator opperator operatr",
    "agent": "agnet agemt aget agnt agant",
    "manager": "mangaer manger manageer maneger mnager",
    "supervisor": "superviser supervizor supervisr",
    "representative": "represenative representitive represntative reprasentative",
    "customer": "custumer costumer custmer",
    "talk": "tlak takl tallk tolk taok",
    "speak": "speek spek spaek spk speack",
    "want": "wnat wnt wan't watn",
    "connect": "conect connetc conncet",
    "please": "pls plz plss pleas plese pleese",
}
_RIGHT = {wrong: right for right, slips in _SPELLINGS.items() for wrong in slips.split()}
_SLIP = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _RIGHT), key=len, reverse=True)) + r")\b")
_COUNTED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+|per|another|extra|more|many) (?:more |other |extra )?"
    r"(?:person|people)s?\b"
)
_HINTS = re.compile(
    r"\b(?:person|people|human\w*|someone|somebody|anyone|anybody|agents?|operators?|advis[eo]rs?|reps?|"
    r"representatives?|"
    r"colleagues?|managers?|supervisors?|boss|staff|support|services?|employees?|specialists?|experts?|talk|"
    r"speak|chat|phone|"
    r"call|ring|transfer|connect|escalate|through|bots?|robots?|machines?|computer|mensch\w*|mitarbeiter\w*|"
    r"quelqu'un|"
    r"persona|alguien|qualcuno)\b"
)


def spelt(text: str) -> str:
    """``text`` with the commonest slips in these words put right."""
    return _SLIP.sub(lambda match: _RIGHT[match.group()], text)


def hints_at_person(text: str) -> bool:
    """Whether any word at all could mean a person or a talk with one."""
    return _HINTS.search(_COUNTED.sub(" ", spelt(text))) is not None


def asks_whether(text: str) -> bool:
    """Whether this is a question about who writes here, or when somebody decides, and no wish for a person."""
    return (_ASKS_WHETHER.search(text) or _PERSON_OR_MACHINE.search(text)) is not None


def wants_a_language(text: str) -> bool:
    """Whether the reader is asked to write in another language ("talk to me in Spanish"), not for somebody else."""
    return _IN_A_LANGUAGE.search(text) is not None


def no_machine(text: str) -> Optional[str]:
    """The words with which the customer will not go on with a machine."""
    match = _NO_MACHINE.search(text)
    return match.group().strip() if match else None


def wide_request(text: str) -> Optional[re.Match[str]]:
    """The words of the first request for a person that the wide net catches."""
    for pattern in (*_NET, *_SHORT, *_OBLIQUE, *_WIDER, _OTHER_LANGUAGES):
        match = pattern.search(text)
        if match is not None:
            return match
    return None
