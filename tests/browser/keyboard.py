"""A customer who has a keyboard and no mouse: where the focus is, that it can be seen, and what is read out."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.editor import tab_to

# The innermost element with the focus, whether it is inside the panel, and whether anything shows that it has it.
FOCUS = """() => {
    let held = document.activeElement;
    while (held.shadowRoot?.activeElement) held = held.shadowRoot.activeElement;
    const marked = (each) => {
        const style = getComputedStyle(each);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    };
    const box = held.getBoundingClientRect();
    return {
        what: held.outerHTML.slice(0, 160),
        inside: !!held.closest(".panel"),
        // The field of the composer and a step of a scale are marked by the frame around them.
        shown: [held, held.closest(".composer"), held.closest(".step")].some((each) => each && marked(each)),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""
LISTEN = """() => {
    window.spoken = [];
    const region = document.querySelector("frontdesk-widget").shadowRoot.querySelector("[aria-live=polite]");
    new MutationObserver((changes) => {
        for (const change of changes) for (const added of change.addedNodes) window.spoken.push(added.textContent);
    }).observe(region, {childList: true});
}"""


class Keyboard:
    """Presses keys. After each of them the focus is in the open panel, marked and on the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def listen(self) -> None:
        """From now on what the live region says is kept."""
        self.page.evaluate(LISTEN)

    @property
    def spoken(self) -> list[str]:
        return list(self.page.evaluate("window.spoken"))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.look()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.look()

    def look(self) -> None:
        self.page.wait_for_function(f"(() => {{ const it = ({FOCUS})(); return it.inside && it.shown && it.seen; }})()")

    def at(self, place: Locator) -> None:
        expect(place).to_be_focused()
        self.look()

    def go(self, place: Locator) -> None:
        """By Tab, as somebody without a mouse does."""
        tab_to(self.page, place)
        self.look()

    def use(self, place: Locator, key: str = "Enter") -> None:
        self.go(place)
        self.page.keyboard.press(key)
