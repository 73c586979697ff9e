"""Logs in pieces: on sticks, and what a hostile piece can try."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from countermark.ledger import bundle, exchange, nodes, pieces, replicas, sealing, services, store, tree, verify
from countermark.ledger.bundle import BundleError
from countermark.ledger.models import Attachment, Log, Peer, SideText
from tests.ledger.foreign import ANN, ForeignLog
from tests.ledger.net import State, held, record, registered, state

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

DEPOT = "XA/depot/1"
SMALL = 64 << 10


@pytest.fixture
def pair(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[State]:
    with state(("main", "depot7"), template, tmp_path, settings, django_db_blocker, monkeypatch) as made:
        made.join("depot7", "main")
        yield made


def write(made: State, path: Path, most: int = SMALL) -> list[Path]:
    """The depot's log on sticks for the main node."""
    with made["depot7"].at():
        own = services.require_own_log()
        return [file for file, _ in pieces.write_all(path, own, 0, "XA/main/1", most)]


@pytest.mark.storage
def test_a_log_larger_than_a_stick_goes_in_files_none_larger_and_arrives_whole(pair: State, tmp_path: Path) -> None:
    with pair["depot7"].at():
        record(*map(str, range(200)), holder="Ann Holder")
        services.append(
            [services.timed_act("document_captured", {}, kept=(services.attachment(b"x" * 20_000, "text/xml"),))],
            by=ANN,
        )
        expected = registered()
    files = write(pair, tmp_path / "log")
    assert len(files) > 3
    assert max(file.stat().st_size for file in files) <= SMALL
    with pair["main"].at():
        taken = [exchange.take_in(file, by=ANN).new for file in files]
        assert all(taken)
        assert sum(taken) == held("XA/depot7/1")
        assert registered() == expected
        assert SideText.objects.filter(text="Ann Holder").exists()
        assert Attachment.objects.exists()
        assert replicas.reach("XA/depot7/1").least == held("XA/depot7/1")
        assert verify.verify().ok


@pytest.mark.storage
def test_writing_goes_on_behind_the_files_that_are_there(pair: State, tmp_path: Path) -> None:
    with pair["depot7"].at():
        record(*map(str, range(120)))
    files = write(pair, tmp_path / "log")
    first, last = files[0].read_bytes(), files[-1]
    last.unlink()
    (tmp_path / "log.001").touch()
    assert write(pair, tmp_path / "log") == files
    assert files[0].read_bytes() == first
    with pair["main"].at():
        for file in files:
            exchange.take_in(file, by=ANN)
        assert verify.verify(quick=True).ok


@pytest.mark.storage
def test_files_of_another_log_are_not_taken_for_pieces_of_this_one(pair: State, tmp_path: Path) -> None:
    (tmp_path / "log.001").write_bytes(ForeignLog(DEPOT).bundle())
    with pytest.raises(BundleError, match="another bundle"):
        write(pair, tmp_path / "log")


@pytest.mark.storage
def test_a_document_that_is_too_large_to_be_sealed_stands_in_nobodys_way(
    pair: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "LONGEST_DOCUMENT", 1000)
    with pair["depot7"].at():
        for data in (b"x" * 1000, b"y" * 1001):
            services.append(
                [services.timed_act("document_captured", {}, kept=(services.attachment(data, "text/xml"),))], by=ANN
            )
    [file] = write(pair, tmp_path / "log")
    with pair["main"].at():
        exchange.take_in(file, by=ANN)
        assert bytes(Attachment.objects.get().data) == b"x" * 1000
        assert verify.verify().ok


def test_the_largest_document_that_travels_is_opened_by_its_receiver(node: Path) -> None:
    data = b'"%b"' % (b"a" * (bundle.LONGEST_DOCUMENT * 4 // 3 + 200))
    assert sealing.unseal(sealing.seal(data, sealing.own_public_key())) == data


@pytest.mark.storage
def test_a_missing_piece_is_refused_and_those_after_it_wait(pair: State, tmp_path: Path) -> None:
    with pair["depot7"].at():
        record(*map(str, range(150)))
    files = write(pair, tmp_path / "log")
    with pair["main"].at():
        exchange.take_in(files[0], by=ANN)
        before = held("XA/depot7/1")
        with pytest.raises(BundleError, match="missing in between"):
            exchange.take_in(files[2], by=ANN)
        assert held("XA/depot7/1") == before
        for file in files:
            exchange.take_in(file, by=ANN)
        assert verify.verify(quick=True).ok


# --- what a node that lies can try ------------------------------------------------------------------------------------


@pytest.fixture
def depot(db: None) -> ForeignLog:
    log = ForeignLog(DEPOT)
    for number in range(20):
        log.weapon(str(number), f"AB{number:04}")
    exchange.trust(log.origin, log.verifier_key, by=ANN)
    return log


def proof(log: ForeignLog, old: int, new: int) -> list[str]:
    """The consistency proof of a foreign log."""
    leaves = [tree.leaf_hash(line) for line in log.lines]

    def get(level: int, start: int, count: int) -> list[bytes]:
        assert level == 0, "tests stay below a tile"
        return leaves[start : start + count]

    return [one.hex() for one in tree.consistency_proof(old, new, get)]


def piece(log: ForeignLog, start: int, end: int, head: int | None = None, **header: Any) -> bytes:
    head = len(log.lines) if head is None else head
    fields = {"version": 2, "proof": proof(log, end, head), "checkpoint": log.note(head), **header}
    return log.bundle(start, end, **fields)


def take(file: Path, content: bytes) -> exchange.Taken:
    file.write_bytes(content)
    return exchange.take_in(file, by=ANN)


def refusal(file: Path, content: bytes) -> str:
    """Why a piece is refused; nothing may have changed."""
    log = Log.objects.filter(origin=DEPOT).first()
    before = store.size(log) if log else 0
    with pytest.raises(BundleError) as refused:
        take(file, content)
    assert held(DEPOT) == before
    return str(refused.value)


@pytest.mark.django_db
def test_each_piece_is_proven_to_lead_to_the_signed_head(depot: ForeignLog, tmp_path: Path) -> None:
    file = tmp_path / "piece"
    assert take(file, piece(depot, 0, 7)).new == 7
    assert not Peer.objects.get().checkpoint
    assert take(file, piece(depot, 7, 13)).new == 6
    assert take(file, piece(depot, 13, 21)).new == 8
    assert Peer.objects.get().checkpoint == depot.note()
    assert verify.verify().ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", [{"proof": []}, {"proof": ["00" * 32]}, {"proof": ["zz"]}, {"proof": None}, {"version": 1}]
)
def test_a_piece_without_its_proof_is_refused(depot: ForeignLog, tmp_path: Path, header: dict[str, Any]) -> None:
    assert refusal(tmp_path / "piece", piece(depot, 0, 7, **header))


@pytest.mark.django_db
def test_a_piece_of_a_forked_log_is_refused(depot: ForeignLog, tmp_path: Path) -> None:
    file = tmp_path / "piece"
    take(file, piece(depot, 0, 7))
    fork = ForeignLog(DEPOT, key=depot.key)
    fork.lines = depot.lines[:5]
    for number in range(20):
        fork.weapon(f"other {number}", f"CD{number:04}")
    assert "root" in refusal(file, piece(fork, 7, 13))
    assert "differs" in refusal(file, piece(fork, 4, 13))


@pytest.mark.django_db
def test_a_log_must_pass_through_every_head_its_node_ever_showed(depot: ForeignLog, tmp_path: Path) -> None:
    file = tmp_path / "piece"
    take(file, piece(depot, 0, 7))  # with a head of 21 entries
    fork = ForeignLog(DEPOT, key=depot.key)
    fork.lines = depot.lines[:10]
    for number in range(30):
        fork.weapon(f"other {number}", f"CD{number:04}")
    assert take(file, piece(fork, 7, 9)).new == 2
    assert "two histories" in refusal(file, piece(fork, 9, 30))
    assert take(file, piece(depot, 9, 21)).new == 12
    assert replicas.hear({DEPOT: fork.note()}) == {}
    assert "two histories" in replicas.hear({DEPOT: fork.note(15)})[DEPOT]


@pytest.mark.django_db
def test_a_piece_that_was_cut_off_is_refused(depot: ForeignLog, tmp_path: Path) -> None:
    whole = piece(depot, 0, 7)
    for cut in (1, 13, 40, len(whole) // 2):
        assert refusal(tmp_path / "piece", whole[:-cut])


@pytest.mark.django_db
def test_acceptances_alone_are_not_accepted_in_turn(depot: ForeignLog, tmp_path: Path) -> None:
    file = tmp_path / "piece"
    take(file, depot.bundle())
    own = store.own_log()
    assert own is not None
    before = store.size(own)
    depot.add("act", {"type": "act", "act": "log_imported", "origin": own.origin, "size": 3, "root": "00"})
    assert take(file, depot.bundle()).new == 1
    assert store.size(own) == before


@pytest.mark.django_db
def test_a_card_that_is_none_is_refused_with_a_reason() -> None:
    for text in (b"", b"{}", b'{"format":"x","origin":"XA/a/1","verifier_key":"","encryption_key":""}'):
        with pytest.raises(services.LedgerError, match="card"):
            nodes.read_card(text)


def test_an_address_is_https_or_this_machine() -> None:
    assert nodes.is_address("https://main.example")
    assert nodes.is_address("http://127.0.0.1:8000")
    assert not nodes.is_address("http://main.example")
    assert not nodes.is_address("file:///etc/passwd")


def test_nothing_is_longer_than_what_a_web_server_lets_in() -> None:
    from countermark.ledger import calls
    from countermark.web import limits

    assert limits.PIECE == calls.LONGEST_PIECE
    assert f"{calls.PATH}push/" == limits.PIECE_PATH
    assert calls.LONGEST_MESSAGE <= limits.USUAL
    assert bundle.LONGEST_ENTRY < calls.LONGEST_PIECE
