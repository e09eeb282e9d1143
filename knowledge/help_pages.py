"""The words and the markup of the help centre's pages. Pure: everything that comes from outside is escaped here.

Links carry the language that a reader chose, so that it lasts from page to page without a cookie.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import parse_qs, urlencode

from knowledge import prose
from knowledge.answer import cite
from knowledge.excerpt import matching
from knowledge.retrieve import Found
from knowledge.store import Titled, Version

OURS = "en"
"""Language of the words around the articles."""
OTHER = "More articles"
LANGUAGES = {
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "hu": "Magyar",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "sv": "Svenska",
}
"""Languages in their own words; another one is shown by its code."""


def page(brand: str, title: str, main: str, query: str, locale: str, written_in: str) -> str:
    """``locale`` is the one that links keep; ``written_in``: the article's, else the page is ours, in English."""
    brand = escape(brand)
    language = escape(written_in or OURS, quote=True)
    ours = _ours(written_in)
    front, kept = _link("/help/", locale=locale), _hidden(locale=locale)
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} – {brand}</title>
<link rel="stylesheet" href="/help/help.css">
</head>
<body>
<a class="skip" href="#main"{ours}>Skip to the content</a>
<header{ours}>
<p class="brand"><a href="{front}">{brand}</a></p>
<form role="search" action="/help/" method="get">{kept}
<label for="q">Search the help articles</label>
<div class="row"><input id="q" name="q" type="search" value="{escape(query, quote=True)}" autocomplete="off">
<button type="submit">Search</button></div>
</form>
</header>
<main id="main" tabindex="-1">
{main}
</main>
<footer{ours}><p>Not what you were looking for? Open the chat on <a href="/">our shop's page</a>: a person is always
there to be asked for.</p></footer>
</body>
</html>
"""


def _in(locale: str) -> str:
    """Names the language of an article's words where they stand among ours."""
    return "" if locale.split("-")[0] == OURS else f' lang="{escape(locale, quote=True)}"'


def _ours(written_in: str) -> str:
    """Names the language of our own words on a page in another one."""
    return f' lang="{OURS}"' if written_in and _in(written_in) else ""


def contents(titles: Sequence[Titled], locale: str, languages: Sequence[str], reads: str) -> str:
    """Every article under its first tag. ``languages``: those that articles are written in; ``reads``: the reader's."""
    if not titles:
        return "<h1>All articles</h1>\n<p>There are no articles yet.</p>" + _languages(languages, reads)
    topics: dict[str, list[Titled]] = {}
    for one in titles:
        topics.setdefault(one.tags[0].strip().casefold() if one.tags else "", []).append(one)
    # What has no tag comes last.
    named = sorted(topics, key=lambda tag: (not tag, tag))
    lists = {
        tag: '<ul class="contents">\n' + "\n".join(_item(one, locale) for one in topics[tag]) + "\n</ul>"
        for tag in named
    }
    heading = "<h1>All articles</h1>" + _languages(languages, reads)
    if len(named) == 1:
        return f"{heading}\n{lists[named[0]]}"
    anchors, places = prose.Anchors(), []
    for tag in named:
        name = escape(f"{tag[:1].upper()}{tag[1:]}" if tag else OTHER)
        places.append((anchors.next(tag or OTHER), name, lists[tag]))
    ways = "".join(f'<li><a href="#{anchor}">{name}</a></li>' for anchor, name, _ in places)
    parts = [f'<h2 id="{anchor}">{name}</h2>\n{items}' for anchor, name, items in places]
    return f'{heading}\n<nav aria-label="Topics"><ul class="topics">{ways}</ul></nav>\n' + "\n".join(parts)


def _item(one: Titled, locale: str) -> str:
    url = _link(f"{prose.HELP_PATH}{one.article_id}", locale=locale)
    return f'<li{_in(one.locale)}><a href="{url}">{escape(one.title)}</a></li>'


def _languages(languages: Sequence[str], reads: str) -> str:
    """The way to the other languages; nothing where there is one."""
    if len(languages) < 2:
        return ""
    chosen = next((one for one in (reads, reads.split("-")[0]) if one in languages), "")
    items = []
    for one in languages:
        now = ' aria-current="true"' if one == chosen else ""
        name = escape(LANGUAGES.get(one.split("-")[0], one) + (f" ({one[3:]})" if "-" in one else ""))
        items.append(
            f'<li><a href="{_link("/help/", locale=one)}" lang="{escape(one, quote=True)}"{now}>{name}</a></li>'
        )
    return f'\n<nav aria-label="Languages"><ul class="topics">{"".join(items)}</ul></nav>'


def _link(url: str, **named: str | None) -> str:
    """``url`` with what is named, ready for an attribute."""
    return escape(linked(url, **named), quote=True)


def linked(url: str, **named: str | None) -> str:
    """``url`` with what is named before its anchor, beside what it names already."""
    path, _, anchor = url.partition("#")
    known = parse_qs(path.partition("?")[2], keep_blank_values=True)
    query = urlencode({name: value for name, value in named.items() if value and name not in known})
    joined = f"{'&' if known else '?'}{query}" if query and path else ""
    return path + joined + (f"#{anchor}" if anchor else "")


def _hidden(**named: str | None) -> str:
    return "".join(
        f'\n<input type="hidden" name="{name}" value="{escape(value, quote=True)}">'
        for name, value in named.items()
        if value
    )


def results(found: Found, query: str, token: str | None, locale: str) -> str:
    heading = f"<h1>Search results</h1>\n<p>for “{escape(query[:200])}”</p>"
    if not found.hits:
        return heading + '\n<p role="status">Nothing was found. Other words may help.</p>'
    weak = "" if found.found else '\n<p role="status">No article seems to answer this. The nearest ones:</p>'
    items = []
    for hit in found.hits:
        citation = cite(hit.passage)
        excerpt = matching(hit.passage, found.vector)
        section = "" if citation.section == citation.title else f" – {escape(citation.section)}"
        url = _link(citation.url, s=token, locale=locale)
        items.append(
            f'<li{_in(hit.passage.locale)}><a href="{url}">{escape(citation.title)}{section}</a>'
            f"<p>{prose.text_to_html(excerpt)}</p></li>"
        )
    return heading + weak + '\n<ol class="results">\n' + "\n".join(items) + "\n</ol>"


def article(version: Version, hosts: Sequence[str], token: str | None, locale: str) -> str:
    day, ours = escape(version.created_at[:10]), _ours(version.content.locale)
    body = prose.to_html(version.content.body, hosts, lambda url: linked(url, locale=locale))
    return (
        f"<article>\n<h1>{escape(version.content.title)}</h1>\n{body}\n"
        f'<p class="dated"{ours}>Last changed on <time datetime="{day}">{day}</time></p>\n</article>\n'
        f"{_question(version, token, locale)}"
    )


def _question(version: Version, token: str | None, locale: str) -> str:
    address = f"{prose.HELP_PATH}{escape(version.article_id, quote=True)}/feedback"
    return (
        f'<form class="helpful"{_ours(version.content.locale)} action="{address}" method="post">\n'
        f'<fieldset>\n<legend>Was this helpful?</legend>{_hidden(s=token, locale=locale)}\n<div class="row">'
        '<button type="submit" name="helpful" value="yes">Yes</button>\n'
        '<button type="submit" name="helpful" value="no">No</button></div>\n</fieldset>\n</form>'
    )


def thanks(version: Version, locale: str, *, helpful: bool) -> str:
    more = (
        "Good to know that it helped."
        if helpful
        else "We will look at this article. If you need an answer now, the chat on our shop's page reaches a person."
    )
    url = _link(f"{prose.HELP_PATH}{version.article_id}", locale=locale)
    return (
        f'<h1>Thank you</h1>\n<p role="status">{more}</p>\n'
        f'<p><a href="{url}">Back to “{escape(version.content.title)}”</a></p>'
    )


def note(sentence: str, title: str = "Not counted") -> str:
    return f'<h1>{title}</h1>\n<p role="alert">{sentence}</p>'


def missing(locale: str) -> str:
    return (
        "<h1>This page is not there</h1>\n<p>The article may have been replaced. "
        f'Search above, or see <a href="{_link("/help/", locale=locale)}">all articles</a>.</p>'
    )
