"""What a person does on the chat page, and what they see there, whatever its language."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect


class ChatPage:
    """One visitor's page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.box = page.locator("opine-chat textarea")
        self.log = page.get_by_role("log")

    def open(self, query: str = "") -> "ChatPage":
        """Come to the page; an earlier visitor finds the conversation as it was."""
        self.page.goto(f"{self.url}/{query}")
        expect(self.log).to_have_attribute("aria-busy", "false")
        return self

    def enter(self, query: str = "") -> "ChatPage":
        """Come for the first time, agree to the terms and go on to a pair."""
        self.open(query).press("consent:accept:").to_pair()
        return self

    def press(self, action: str) -> "ChatPage":
        """The newest button whose action begins like this."""
        self.page.locator(f'opine-chat [data-action^="{action}"]').last.click()
        return self

    def to_pair(self) -> "ChatPage":
        """Skip what is no pair."""
        shown = self.page.locator("opine-chat [data-showing]:not([data-past])")
        expect(shown).to_have_count(1)
        while shown.locator(".picture").count() != 2:
            before = shown.get_attribute("data-showing")
            self.press("skip:")
            expect(shown).not_to_have_attribute("data-showing", before or "")
            expect(shown).to_have_count(1)
        return self

    def next_pair(self) -> "ChatPage":
        """Go on after a reading."""
        self.press("next")
        return self.to_pair()

    def say(self, text: str) -> Locator:
        """Write it and press Enter; the message as it stands in the log."""
        self.box.fill(text)
        self.box.press("Enter")
        return self.message(text)

    def message(self, text: str) -> Locator:
        return self.page.locator("opine-chat .mine").filter(
            has=self.page.get_by_text(re.compile(f"^{re.escape(text)}$"))
        )

    def read(self, text: str) -> Locator:
        """Say it and wait until it has been read."""
        message = self.say(text)
        expect(message).to_have_attribute("data-read", "true")
        return message

    def critique(self, text: str) -> Any:
        """What the server keeps of an opinion of this visitor."""
        found = [item for item in self.critiques() if item["opinion"]["source_text"] == text]
        assert len(found) == 1, f"{text!r} is kept {len(found)} times"
        return found[0]

    def critiques(self) -> list[Any]:
        answer = self.page.request.get(f"{self.url}/api/v1/opinions?limit=100", headers=self.bearer())
        return list(answer.json()["items"])

    def bearer(self) -> dict[str, str]:
        token = self.page.evaluate("Object.entries(localStorage).find(([key]) => key.startsWith('opine:token:'))[1]")
        return {"Authorization": f"Bearer {token}"}
