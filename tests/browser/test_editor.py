"""An editor's work in a real browser, by keyboard: change, preview, see who notices, publish, ask, take back."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import shoot
from tests.browser.editor import Asker, Editor, context_for, tab_to
from tests.support.running import RunningStack
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.browser

ARTICLE = "washing-down-and-waterproofs"
MOON = "How do I wash my down jacket on the moon?"
COMET = "How much does delivery by comet ferry to Lisbon cost?"


def test_an_editor_changes_an_article_and_takes_it_back(page: Page, stack: RunningStack) -> None:
    Asker(stack.url).ask(MOON)
    editor = Editor(page, stack)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("down jacket")
    editor.press(page.get_by_role("link", name=re.compile("^Washing down")))

    editor.add(f"\n## {MOON}\n", "In a basin, for 4711 seconds, with the zip closed.")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name=MOON)).to_be_visible()
    shoot(page, "editor-1-write")
    editor.note("Customers ask about the moon")
    expect(page.get_by_text("Version 2, everything saved")).to_be_visible()
    editor.button("Changes")
    expect(page.get_by_text("There is no difference.")).to_be_visible()

    editor.follow("Publish")
    impact = page.get_by_role("region", name="What this changes for customers")
    expect(impact.get_by_text(f"“{MOON}”")).to_be_visible()
    expect(impact.get_by_text("4711").first).to_be_visible()
    shoot(page, "editor-2-impact")
    editor.button("Publish now")
    expect(page.get_by_text("is published.")).to_be_visible()

    expect(editor.ask(MOON)).to_contain_text("4711")
    expect(page.get_by_role("region", name="Passages compared").get_by_role("row").nth(1)).to_contain_text(MOON)
    shoot(page, "editor-3-playground")

    editor.open(f"articles/{ARTICLE}/versions")
    editor.press(page.get_by_role("button", name="Show changes of version 2"))
    expect(page.get_by_role("insertion").filter(has_text="4711")).to_be_visible()
    shoot(page, "editor-4-versions")
    editor.press(page.get_by_role("button", name="Go back to version 1"))
    editor.press(page.get_by_role("dialog").get_by_role("button", name="Go back"))
    expect(page.get_by_text("The text of version 1 answers again.")).to_be_visible()
    expect(editor.ask(MOON)).not_to_contain_text("4711")


def test_two_editors_on_one_article_lose_nothing(browser: Browser, page: Page, stack: RunningStack) -> None:
    other = context_for(browser)
    nora, ruth = Editor(page, stack), Editor(other.new_page(), stack, role="lead")
    for editor in (nora, ruth):
        editor.open("articles/gift-cards")
        expect(editor.text).to_be_visible()
    ruth.add("Ruth was at the end.")
    ruth.note("An ending")
    expect(ruth.page.get_by_text("Version 2, everything saved")).to_be_visible()

    nora.add("Nora was at the beginning.\n", at="Control+Home")
    nora.note("A beginning")
    conflict = page.get_by_role("alert").filter(has_text="ruth.ahlgren saved while you were writing")
    expect(conflict).to_contain_text("Nothing was overwritten")
    expect(page.get_by_role("deletion").filter(has_text="Ruth was at the end.")).to_be_visible()
    expect(page.get_by_role("insertion").filter(has_text="Nora was at the beginning.")).to_be_visible()
    shoot(page, "editor-5-conflict")
    page.reload()
    expect(conflict).to_be_visible()

    nora.button("Continue with both")
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("Nora was at the beginning.")
    expect(preview).to_contain_text("Ruth was at the end.")
    nora.note("Both")
    expect(page.get_by_text("Version 3, everything saved")).to_be_visible()
    other.close()


def test_unsaved_writing_survives_the_page(page: Page, stack: RunningStack) -> None:
    editor = Editor(page, stack)
    editor.open("articles/loyalty-points")
    tab_to(editor.page, editor.text)
    page.keyboard.press("Control+Home")
    page.keyboard.type("Half a thought")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your writing is kept in this browser.")).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("This is your unsaved writing"))).to_be_visible()
    expect(editor.text).to_contain_text("Half a thought")
    editor.button("Discard")
    expect(editor.text).not_to_contain_text("Half a thought")
    editor.button("Undo")
    expect(editor.text).to_contain_text("Half a thought")
    editor.button("Discard")
    expect(page.get_by_text("everything saved")).to_be_visible()


def test_files_are_brought_in_and_taken_out(page: Page, stack: RunningStack, tmp_path: Path) -> None:
    good, bad = tmp_path / "night-walks.md", tmp_path / "twice.md"
    about = "title: Night walks\naudience: public\nlocale: en\nowner: nora@shop.example\nstate: draft"
    good.write_text(f"---\nid: night-walks\n{about}\n---\n\nWe walk at night.")
    bad.write_text("---\nid: twice\ntitle: Twice\naudience: agent\naudience: public\n---\n\nText.")
    editor = Editor(page, stack)
    editor.follow("Import and export")
    tab_to(page, page.get_by_label("Choose files or a .zip"))
    page.get_by_label("Choose files or a .zip").set_input_files([good, bad])
    expect(page.get_by_text("2 files chosen: night-walks.md, twice.md")).to_be_visible()
    editor.button("Bring in 2 files")
    told = page.get_by_role("region", name="Import and export")
    expect(told).to_be_focused()
    expect(told.get_by_text("1 created, 0 changed, 0 as they were, 1 refused.")).to_be_visible()
    expect(told.get_by_role("listitem").filter(has_text="twice.md")).to_contain_text("line 5: audience comes twice")
    shoot(page, "editor-8-import")

    link = page.get_by_role("link", name="Download the .zip")
    tab_to(page, link)
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    packed = tmp_path / "articles.zip"
    waiting.value.save_as(packed)
    with zipfile.ZipFile(packed) as archive:
        assert "night-walks.md" in archive.namelist()
    page.get_by_label("Choose files or a .zip").set_input_files(packed)
    editor.button("Bring in 1 file")
    expect(told.get_by_text(re.compile(r"^0 created, 0 changed, \d+ as they were, 0 refused\.$"))).to_be_visible(
        timeout=60_000
    )


def test_a_gap_becomes_an_article_and_closes(page: Page, stack: RunningStack) -> None:
    Asker(stack.url).ask(COMET)
    editor = Editor(page, stack)

    def listed() -> bool:
        editor.open("gaps")
        page.reload()
        expect(page.get_by_role("heading", name="Top 10 of the month")).to_be_visible()
        return page.get_by_role("link", name=re.compile("comet ferry")).count() > 0

    eventually_now("the unanswered question is a gap", listed)
    shoot(page, "editor-6-gaps")
    editor.press(page.get_by_role("link", name=re.compile("comet ferry")).first)
    expect(page.get_by_role("heading", name="As people asked it")).to_be_visible()
    gap = page.url
    page.get_by_label("Title of the article, in your own words").fill(COMET)
    editor.button("Make a draft")
    expect(page.get_by_text(re.compile("A draft from these questions"))).to_be_visible()
    expect(page.get_by_role("heading", name="Before it can be published")).to_be_visible()
    shoot(page, "editor-7-draft")

    tab_to(editor.page, editor.text)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"## {COMET}\n\nDelivery by comet ferry to Lisbon costs 12 euros.\n")
    editor.note("Written")
    expect(page.get_by_text("Version 2, everything saved")).to_be_visible()
    editor.follow("Publish")
    editor.button("Publish now")
    expect(page.get_by_text("is published.")).to_be_visible()

    def closed() -> bool:
        page.goto(gap)
        page.reload()
        expect(page.get_by_role("heading", name="As people asked it")).to_be_visible()
        return page.get_by_text("Answered by", exact=True).count() > 0

    eventually_now("the new article closes the gap", closed)
