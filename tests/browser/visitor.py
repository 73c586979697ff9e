"""Somebody in front of a browser, who notices what goes wrong behind the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from countermark.demo.world import Sample
from countermark.web import pseudo
from tests.support import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, StorageState

EVIDENCE = ("maker", "country", "kind", "calibre")


@dataclass
class Visitor:
    """A page in a browser of its own, and what went wrong on it so far."""

    page: "Page"
    site: str
    wrong: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def with_browser(
        cls,
        browser: "Browser",
        site: str,
        *,
        width: int = 1280,
        mirrored: bool = False,
        scripts: bool = True,
        kept: "StorageState | None" = None,
    ) -> Iterator["Visitor"]:
        """A fresh browser, or one that `kept` cookies and stores of one before it. What failed on a page, in a script, or went elsewhere fails the test at the end."""
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="UTC",
            storage_state=kept,
        )
        context.add_cookies([{"name": "countermark_theme", "value": "light", "url": site}])
        if mirrored:
            context.add_cookies([{"name": "countermark_language", "value": pseudo.CODE, "url": site}])
        context.set_default_timeout(15_000)
        visitor = cls(context.new_page(), site)
        visitor.page.on("pageerror", lambda problem: visitor.wrong.append(f"script: {problem}"))
        visitor.page.on("console", visitor._complained)
        visitor.page.on("request", visitor._asked)
        try:
            yield visitor
        finally:
            context.close()
        assert visitor.wrong == []

    def _complained(self, message: "ConsoleMessage") -> None:
        refused = "status of 422" in message.text  # a form shown again is no mistake
        if message.type == "error" and not refused:
            self.wrong.append(f"console: {message.text}")

    def _asked(self, request: "Request") -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def sign_in(self, name: str) -> "Visitor":
        """A session of a demonstration user, without the way over the entrance."""
        from countermark.accounts.models import User

        client = Client()
        client.force_login(User.objects.get(username=name))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.site}])
        return self

    def go(self, path: str) -> "Page":
        """Opens a page of the site, which must be there."""
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))

    @contextmanager
    def window(self, width: int) -> Iterator[None]:
        """The same page in a window of another width, for the length of a block."""
        usual = self.page.viewport_size
        assert usual is not None
        self.page.set_viewport_size({"width": width, "height": usual["height"]})
        try:
            yield
        finally:
            self.page.set_viewport_size(usual)

    def violations(self) -> list[str]:
        """What axe finds, one line for each rule with the first element."""
        return browsers.violations(self.page)

    def focus(self) -> str:
        """The id, or else the text, of what has the focus."""
        return str(self.page.evaluate("(e => e.id || e.innerText || e.tagName)(document.activeElement)"))

    def tab_to(self, selector: str, most: int = 60) -> int:
        """Presses Tab until the focus is there. Returns how often."""
        for presses in range(1, most + 1):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return presses
        raise AssertionError(f"{selector} was not reached by Tab; the focus is at {self.focus()!r}")


def trace_path(sample: Sample) -> str:
    """The address of the answer to a sample reading."""
    fields = [(name, getattr(one, name)) for one in sample.readings for name in ("reading", "component", "mark_kind")]
    first = sample.readings[0]
    fields += [(name, getattr(first, name)) for name in EVIDENCE if getattr(first, name)]
    return f"/trace/?{urlencode(fields)}"
