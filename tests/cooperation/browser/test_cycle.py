"""Once through the room in a real browser: a need, an offer, a match, an overlap's alarm, a gate, a disbursement, what it came to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cooperation import actors
from countermark.cooperation.fund import awards, calls, entries, windows
from countermark.cooperation.fund.awards import AwardSaid
from countermark.cooperation.fund.calls import ApplicationSaid, CallSaid
from countermark.cooperation.fund.entries import Income
from countermark.cooperation.projects import others
from countermark.ledger.services import Actor
from tests.cooperation.region import COORDINATOR, OWN, region
from tests.support.browser import violations
from tests.web.test_shell_in_browser import overflow

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

PHONE = {"width": 320, "height": 800}


class Desk:
    """A page of the browser, and who sits before it."""

    def __init__(self, page: "Page", site: str) -> None:
        self.page, self.site = page, site

    def sign_in(self, name: str) -> None:
        """Changes who sits here."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.site}/accounts/login/")
        self.page.locator(f"button[value='{name}']").click()
        self.page.wait_for_url(f"{self.site}/")

    def open(self, path: str) -> None:
        """A page of the room; it is no wider than the telephone and has no barriers."""
        self.page.goto(f"{self.site}/cooperation/{path}")

    def follow(self, name: str) -> None:
        """A link by its text."""
        self.page.get_by_role("link", name=name, exact=True).first.click(timeout=5000)

    def fill(self, fields: Mapping[str, str]) -> None:
        """Fields of the form by their names; a box is ticked by `yes`."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']").first
            kind = field.evaluate("field => field.type")
            if kind in ("checkbox", "radio"):
                self.page.locator(
                    f"main [name='{name}'][value='{value}'], main [name='{name}']:only-of-type"
                ).first.check()
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.fill(value)

    def send(self, button: str, **fields: str) -> None:
        """Fills the form and sends it; it leads on."""
        self.fill(fields)
        before = self.page.url
        self.page.locator("main form button", has_text=button).last.click()
        self.page.wait_for_load_state()
        problems = self.page.locator("main .invalid-feedback, main .errorlist").all_inner_texts()
        assert self.page.url != before, problems or self.page.locator("main").inner_text()

    def says(self, text: str) -> None:
        """What the page tells."""
        assert text in self.page.locator("main").inner_text()


@pytest.fixture
def who() -> dict[str, str]:
    accounts.add_demo_users()
    found = region()
    for name, seat in (("partner", "donor"), ("authority", "own")):
        actors.seat(User.objects.get(username=name), found[seat], by=COORDINATOR)
    return found


@pytest.fixture
def desk(page: "Page", live_server: "LiveServer", who: dict[str, str]) -> Desk:
    return Desk(page, str(live_server.url))


def awarded(who: dict[str, str]) -> str:
    """An award of the fund for the State, in two tranches; its id."""
    by = Actor("fund")
    window = windows.open_window("Dedicated fund", "dedicated", "EUR", by=by)
    income = Income(window=window, donor=who["donor"], currency="EUR", amount="90000", day="2026-02-01")
    entries.contribute(income, by=by)
    call = calls.open_call(
        CallSaid(
            window=window, title="Open call", currency="EUR", budget="80000", opens="2026-01-01", closes="2999-12-31",
            criteria=[("need", "Answers a need", 100, 5)], scorers=["fund", "reports"],
        ),
        by=by,
    )  # fmt: skip
    said = ApplicationSaid(
        call=call, recipient=OWN, title="Marking", amount="40000", months=12, theme="marking", summary="As agreed."
    )
    application = calls.apply(said, applicant=OWN, by=Actor("assistance"))
    for name in ("fund", "reports"):
        scorer = User.objects.get(username=name)
        calls.score(application, {"need": 5}, "", scorer=scorer, speaks_for="", by=Actor(name))
    terms = AwardSaid(
        application=application, amount="40000", day="2026-03-01", begin="2026-03-01", end="2027-03-01",
        tranches=[("20000", "2026-03-01", 0), ("20000", "2026-09-01", 1)],
    )  # fmt: skip
    return awards.award(terms, by=by)


def elsewhere() -> None:
    """What somebody else does in the same place on the same theme."""
    others.state_elsewhere(
        "Community marking days", actor=OWN, begin="2026-02-01", end="2027-12-31", stage="implementation", themes=["marking"],
        places=["XA"], providers=["Quiet Roads Foundation"], source="a letter", visibility="public", by=COORDINATOR,
    )  # fmt: skip


def test_help_goes_from_a_need_to_what_it_came_to(desk: Desk, who: dict[str, str]) -> None:
    _need_and_offer(desk)
    project = _matched(desk)
    _alarm_answered(desk, project)
    _gate_passed(desk, project)
    _money_paid(desk, who)
    desk.sign_in("assistance")
    desk.open("evaluation/")
    desk.says("Overlaps that the recipient has answered")
    desk.says("100 %")
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert overflow(desk.page) <= 0
    assert not violations(desk.page)


def _need_and_offer(desk: Desk) -> None:
    desk.sign_in("assistance")
    desk.open("")
    desk.follow("State a need")
    need = {
        "title": "Marking of the police stocks", "theme": "marking", "gap": "A third bears no import mark.", "priority": "1",
        "begin": "2026-01-01", "end": "2031-12-31", "wanted-0-kind": "equipment", "wanted-0-what": "dot-peen machine",
        "wanted-0-quantity": "2", "currency": "EUR", "once-0-category": "equipment", "once-0-amount": "40000",
        "once-0-payer": "", "yearly-0-category": "power", "yearly-0-amount": "1200", "yearly-0-payer": "XA", "visibility": "public",
    }  # fmt: skip
    desk.send("Keep", **need)
    desk.says("Marking of the police stocks")
    desk.sign_in("partner")
    desk.open("")
    desk.follow("Make an offer")
    desk.page.locator("[name=kinds][value=equipment]").check()
    desk.page.locator("[name=themes][value=marking]").check()
    offer = {
        "title": "Marking in the west",
        "budget": "250000",
        "currency": "EUR",
        "begin": "2026-01-01",
        "end": "2031-12-31",
    }
    desk.send("Keep", **offer, visibility="public")


def _matched(desk: Desk) -> str:
    """Matches, and proposes a project of what the run says; its address."""
    desk.sign_in("assistance")
    desk.open("matching/run/")
    desk.send("Match", currency="EUR")
    desk.says("Marking in the west")
    desk.says("40\u00a0000.00\u00a0EUR")
    desk.follow("Propose")
    desk.send("Propose")
    return desk.page.url.partition("/cooperation/")[2]


def _alarm_answered(desk: Desk, project: str) -> None:
    elsewhere()
    desk.open(f"{project}do/describe/")
    desk.page.locator("[name=themes][value=marking]").check()
    desk.send("Keep", aims="All stocks are marked.", begin="2026-01-01", end="2028-12-31")
    desk.open(f"{project}do/look/")
    desk.send("Look")
    desk.open("")
    desk.says("not answered")
    desk.open(f"{project}agreement/")
    desk.page.locator("main a[href*='/answer/']").first.click()
    desk.send("Answer", words="They mark on market days; we go to the barracks.")
    desk.says("They mark on market days")


def _gate_passed(desk: Desk, project: str) -> None:
    desk.open(project)
    desk.follow("Name the authority")
    desk.send("Name", user="authority")
    desk.sign_in("partner")
    desk.open(project)
    desk.follow("Ask for the gate")
    desk.send("Ask")
    assert desk.page.get_by_role("link", name="Pass the gate").count() == 0
    desk.sign_in("authority")
    desk.open(project)
    desk.follow("Pass the gate")
    desk.send("Pass", words="Looked at with the commission.")
    desk.says("Looked at with the commission.")


def _money_paid(desk: Desk, who: dict[str, str]) -> None:
    """An award that the State accepts is paid its first tranche."""
    award = awarded(who)
    desk.sign_in("authority")
    desk.open(f"fund/awards/{award}/")
    desk.follow("Accept for the State")
    desk.send("Accept")
    desk.sign_in("fund")
    desk.open(f"fund/awards/{award}/")
    desk.follow("Pay the next tranche")
    desk.send("Pay it", day=timezone.localdate().isoformat())
    desk.says("20\u00a0000.00\u00a0EUR")
