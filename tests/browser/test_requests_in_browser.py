"""Pages of tracing requests as two officers meet them: accessible, on a telephone, mirrored, without scripts, on paper."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from countermark.ledger import checkpoint, exchange, services, tree
from countermark.ledger.checkpoint import Checkpoint
from countermark.ledger.models import Peer as Known
from countermark.ledger.services import NODE, Actor
from countermark.register.models import Weapon
from countermark.tracing.requests import answers, queries
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.answers import Choice
from tests.browser.conftest import Demonstration
from tests.browser.visitor import Visitor
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import THEIRS, Peer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ALICE, CAROL = Actor("tracing"), Actor("contact")


@pytest.fixture
def peer(store: str, node: Path) -> Peer:
    """Another State's node; the tests of the module share it."""
    home = node.parent / "peer"
    home.mkdir(exist_ok=True)
    (home / "peer.enc").unlink(missing_ok=True)
    peer = Peer(home)
    services.open_store()
    Known.objects.filter(origin=THEIRS).delete()
    verifier = checkpoint.verifier_key(THEIRS, peer.key.public_key())
    exchange.trust(THEIRS, verifier, peer.encryption_key, by=NODE)
    return peer


@pytest.fixture
def weapon(demonstration: Demonstration, store: str) -> Weapon:
    return Weapon.objects.get(ref=demonstration.samples["stolen"].refs[0])


@pytest.fixture
def asked_by_them(peer: Peer, weapon: Weapon) -> str:
    """A request of the peer about a weapon of the demonstration, acknowledged; its id."""
    number = f"in-{len(list(queries.requests()))}"
    known = {"marks": [weapon.serial], "kind": weapon.kind, "calibre": weapon.calibre or "9x19", "confirmed": True}
    body = {**BODIES["request"], "weapons": [known]}
    requests.receive(peer.sealed(peer.says(number, 1, 1, "request", side="asker", body=body)), by=NODE)
    requests.release(requests.draft("acknowledgement", {}, conversation=number, by=ALICE), by=CAROL)
    return number


@pytest.fixture
def asked_by_us(peer: Peer, weapon: Weapon) -> str:
    """A request to the peer that was answered, with a message that crossed, one that waits, and a draft; its id."""
    known = requests.release(requests.draft("request", BODIES["request"], peer=THEIRS, by=ALICE), by=CAROL)
    ours = answers.build(str(weapon.pk), known.id, Choice(conditions=("For authorized staff only",)))
    record = msgspec.structs.replace(ours.records[0], leaf_index=0, proof=())
    head = Checkpoint(THEIRS, 1, tree.leaf_hash(record.entry.encode()))
    answer = msgspec.structs.replace(
        ours,
        sender="XB",
        records=(record, msgspec.structs.replace(ours.records[-1], entry="", facts={"event": "theft", "date": "1997"})),
        checkpoint=checkpoint.sign(head, peer.key),
        verifier_key=checkpoint.verifier_key(THEIRS, peer.key.public_key()),
    )
    told = {"answer": json.loads(msgspec.json.encode(answer)), "outcome": "A4"}
    for said in (
        peer.says(known.id, 1, 2, "answer", body=told),
        peer.says(known.id, 2, 3, "acknowledgement"),
        peer.says(known.id, 4, 9, "progress"),
    ):
        requests.receive(peer.sealed(said), by=NODE)
    requests.draft("closing", {"outcome": "A4"}, conversation=known.id, by=ALICE)
    return known.id


@pytest.fixture
def on_paper(peer: Peer) -> str:
    """A request to a State without a node; its id."""
    return requests.release(requests.draft("request", BODIES["request"], peer="XC", by=ALICE), by=CAROL).id


@pytest.fixture
def paths(asked_by_them: str, asked_by_us: str, on_paper: str, weapon: Weapon) -> list[str]:
    """Every page of the room."""
    return [
        "/requests/",
        "/requests/?box=drafts",
        "/requests/?print=1",
        "/requests/new/?to=XB&reading=AB+12&kind=rifle",
        "/requests/directory/",
        "/requests/take/",
        f"/requests/{asked_by_us}/",
        f"/requests/{asked_by_us}/?print=1",
        f"/requests/{asked_by_us}/told/answerer/1/",
        f"/requests/{asked_by_them}/",
        f"/requests/{asked_by_them}/say/answer/",
        f"/requests/{asked_by_them}/say/refusal/",
        f"/requests/{asked_by_them}/say/restriction/{weapon.pk}/",
        f"/requests/{on_paper}/paper/answer/",
    ]


def wrong(visitor: Visitor, paths: list[str]) -> list[str]:
    """What is wrong with the pages: wider than the window, or not accessible."""
    found = []
    for path in paths:
        visitor.go(path)
        if visitor.overflow() > 0:
            found.append(f"{path}: {visitor.overflow()} px too wide")
        found += [f"{path}: {violation}" for violation in visitor.violations()]
    return found


def test_pages_are_accessible_to_the_officer_who_writes(visitor: Visitor, paths: list[str]) -> None:
    assert "\n".join(wrong(visitor.sign_in("tracing"), paths)) == ""


def test_mirrored_pages_are_accessible_and_fit_a_telephone(browser: "Browser", site: str, paths: list[str]) -> None:
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as visitor:
        assert "\n".join(wrong(visitor.sign_in("contact"), paths)) == ""


def test_a_request_goes_from_one_officer_to_the_other_without_scripts(
    browser: "Browser", site: str, peer: Peer
) -> None:
    with Visitor.with_browser(browser, site, scripts=False) as writer:
        page = writer.sign_in("tracing").go("/trace/?reading=WQZ77Y0316K&country=XB&kind=rifle")
        page.locator(".ask-state a").click()
        page.locator("#id_w0-calibre").fill("7.62x39")
        page.locator("#id_w0-confirmed").check()
        page.locator("#id_why_illicit_0").check()
        page.locator("#id_circumstances").fill("Seized at a road check.")
        page.locator("#id_intended_use").fill("Criminal investigation")
        page.locator("text=Write down for release").click()
        assert "somebody else has to release it" in page.locator(".draft").inner_text()
        address = page.url.removeprefix(site)
    with Visitor.with_browser(browser, site, scripts=False) as releaser:
        page = releaser.sign_in("contact").go(address)
        page.locator(".draft button.btn-primary").click()
        assert "Released" in page.locator(".messages").inner_text()
        assert "WQZ77Y0316K" in page.locator(".said").inner_text()


def test_a_preview_stands_in_sight_and_shows_what_was_withheld(
    visitor: Visitor, asked_by_them: str, weapon: Weapon
) -> None:
    page = visitor.sign_in("tracing").go(f"/requests/{asked_by_them}/say/answer/{weapon.pk}/")
    page.locator(".release > li").last.locator("input[value='partly']").check()
    page.locator("button[value='preview']").click()

    assert page.locator("#preview").is_visible()
    assert page.locator("#preview .told-unproven").count() == 1
    assert page.locator(".release > li").last.locator("input[value='partly']").is_checked()


def test_a_printed_request_leaves_out_what_is_pressed(visitor: Visitor, asked_by_us: str) -> None:
    page = visitor.sign_in("contact").go(f"/requests/{asked_by_us}/?print=1")
    page.emulate_media(media="print")

    assert page.locator(".said").is_visible()
    assert page.locator(".draft, .say").count() == 0
    assert not page.locator(".top").is_visible()
