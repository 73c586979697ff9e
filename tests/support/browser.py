"""A headless Chromium from the system, that loads nothing from beyond this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """One browser for the session. Playwright's loop runs in this thread, which Django takes for asynchronous code."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, "Chromium is not installed; 'make test' installs it on Debian"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program,
                args=[
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    # A camera that shows a test picture; whether a page may use it is asked as ever.
                    "--use-fake-device-for-media-stream",
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
                ],
            )
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def violations(page: "Page") -> list[str]:
    """What axe finds on a page, one line for each rule with the first element."""
    page.evaluate(_axe())
    # Only the findings leave the browser: to bring all that axe looked at takes as long as to look.
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(looked => looked.violations)")
    return [f"{v['id']}: {v['nodes'][0]['html']} {v['nodes'][0]['failureSummary']}" for v in found]


@cache
def _axe() -> str:
    from axe_playwright_python.sync_playwright import Axe

    return str(Axe().axe_script)
