"""What is taken in from other nodes, and what is not."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.ledger import bundle, checkpoint, exchange, guard, identity, jcs, kept, sealing, services, store, tree
from countermark.ledger import entry as entries
from countermark.ledger.bundle import BundleError
from countermark.ledger.eventhash import pre_hash
from countermark.ledger.exchange import take_in, trust
from countermark.ledger.guard import RolledBackError
from countermark.ledger.models import Attachment, Log, Peer, SideText
from countermark.ledger.services import LedgerError
from countermark.ledger.verify import verify
from countermark.register import bodies
from tests.ledger.foreign import ANN, ForeignLog, canonical

pytestmark = pytest.mark.django_db
DEPOT = "XA/depot/1"


@pytest.fixture
def depot(db: None) -> ForeignLog:
    """The log of a depot laptop that this node trusts: nine weapons."""
    log = ForeignLog(DEPOT)
    for number in range(9):
        log.weapon(str(number), f"AB{number:04}")
    trust(log.origin, log.verifier_key, by=ANN)
    return log


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "depot.bundle"


def held(origin: str = DEPOT) -> int:
    log = Log.objects.filter(origin=origin).first()
    return store.size(log) if log else 0


def lines(origin: str = DEPOT) -> list[bytes]:
    return [data for _, _, _, data in store.raw_entries(Log.objects.get(origin=origin))]


def weapons() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ref FROM register_weapon")
        return {ref for (ref,) in cursor.fetchall()}


def own_size() -> int:
    log = store.own_log()
    assert log is not None
    return store.size(log)


def refused(file: Path, content: bytes, note: str | None = None) -> str:
    """The reason for which a file is refused; nothing may have changed."""
    before = (held(), own_size(), weapons(), list(Peer.objects.values_list()))
    file.write_bytes(content)
    with pytest.raises(BundleError) as refusal:
        take_in(file, note, by=ANN)
    assert (held(), own_size(), weapons(), list(Peer.objects.values_list())) == before
    return str(refusal.value)


def test_a_bundle_of_a_known_node_is_taken_in_entry_for_entry(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(depot.bundle())
    assert take_in(file, by=ANN) == exchange.Taken(DEPOT, 10, 10)
    assert lines() == depot.lines
    assert weapons() == {str(number) for number in range(9)}
    assert Peer.objects.get().checkpoint == depot.note()
    assert verify().ok


def test_taking_in_the_same_bundle_again_changes_nothing(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    before = own_size()
    assert take_in(file, by=ANN).new == 0
    assert own_size() == before


@pytest.mark.parametrize("start", [0, 3, 5])
def test_the_end_of_a_log_continues_what_is_held(depot: ForeignLog, file: Path, start: int) -> None:
    file.write_bytes(depot.bundle(size=5))
    take_in(file, by=ANN)
    file.write_bytes(depot.bundle(start))
    assert take_in(file, by=ANN).new == 5
    assert lines() == depot.lines
    assert verify().ok


def test_an_older_bundle_is_no_step_back(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    file.write_bytes(depot.bundle(size=4))
    assert take_in(file, by=ANN) == exchange.Taken(DEPOT, 10, 0)
    assert Peer.objects.get().checkpoint == depot.note()


@pytest.mark.parametrize("start", [0, 5])
def test_plain_lines_are_taken_in_with_their_checkpoint(depot: ForeignLog, file: Path, start: int) -> None:
    file.write_bytes(depot.bundle(size=5))
    take_in(file, by=ANN)
    file.write_bytes(b"\n".join([*depot.lines[start:], b""]))
    assert take_in(file, depot.note(), by=ANN).new == 5
    assert lines() == depot.lines


def test_lines_beyond_the_checkpoint_are_left_for_the_next_one(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(b"\n".join([*depot.lines, b""]))
    assert take_in(file, depot.note(7), by=ANN).size == 7


def test_a_node_that_is_not_in_the_directory_is_refused(depot: ForeignLog, file: Path) -> None:
    stranger = ForeignLog("XA/elsewhere/1")
    assert "not in the node directory" in refused(file, stranger.bundle())


def test_a_known_name_with_another_key_is_refused(depot: ForeignLog, file: Path) -> None:
    impostor = ForeignLog(DEPOT)
    assert "another key" in refused(file, impostor.bundle())
    assert "checkpoint cannot be accepted" in refused(file, impostor.bundle(verifier_key=depot.verifier_key))


def test_a_gap_is_refused(depot: ForeignLog, file: Path) -> None:
    assert "missing in between" in refused(file, depot.bundle(3))


def test_a_log_that_was_rewritten_since_is_refused(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(depot.bundle(size=5))
    take_in(file, by=ANN)
    rewritten = ForeignLog(DEPOT, key=depot.key)
    rewritten.lines = depot.lines[:4]
    for number in range(5):
        rewritten.weapon(f"other {number}", f"CD{number:04}")
    assert "differs from the copy held" in refused(file, rewritten.bundle())
    assert "root" in refused(file, rewritten.bundle(5))
    assert "root" in refused(file, rewritten.bundle(5, 5))


def test_a_checkpoint_of_another_size_or_log_is_refused(depot: ForeignLog, file: Path) -> None:
    other = ForeignLog("XA/other/1", key=depot.key)
    assert refused(file, depot.bundle(checkpoint=depot.note(9)))
    assert refused(file, depot.bundle(checkpoint=other.note()))


@pytest.mark.parametrize("cut", [1, 5, 13, 30, 300, 3000])
def test_a_truncated_bundle_is_refused(depot: ForeignLog, file: Path, cut: int) -> None:
    assert refused(file, depot.bundle()[:-cut])


@settings(max_examples=60)
@given(data=st.data())
def test_a_bundle_with_one_byte_changed_is_refused_or_the_same(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with rolled_back():
        log = ForeignLog(DEPOT)
        log.weapon("1", "AB1")
        trust(log.origin, log.verifier_key, by=ANN)
        whole = log.bundle()
        at = data.draw(st.integers(0, len(whole) - 1))
        changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
        path = tmp_path_factory.mktemp("fuzz") / "bundle"
        path.write_bytes(changed)
        try:
            take_in(path, by=ANN)
        except BundleError:
            assert not held()
        else:
            assert lines() == log.lines


@given(content=st.binary(max_size=300), note=st.none() | st.text(max_size=80))
def test_no_file_whatever_it_holds_does_more_than_be_refused(
    content: bytes, note: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "junk"
    path.write_bytes(content)
    with pytest.raises(BundleError):
        take_in(path, note, by=ANN)


def hostile(log: ForeignLog, **changes: object) -> bytes:
    """A bundle whose last entry was made by hand, signed all the same."""
    entry = jcs.decode(log.lines[-1])
    for name, value in changes.items():
        entry[name] = value
    log.lines[-1] = canonical(entry)
    return log.bundle()


RECORDED = {"by": "", "device_time": None}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"eventID": "ni:///sha-256;00?ver=CBV2.0"}, "eventID"),
        ({"kind": "rumour"}, "kind"),
        ({"body": []}, "body"),
        ({"extra": 1}, "expected"),
        ({"recorded": {**RECORDED, "time": "2001-01-01T00:00:00.000Z"}}, "recorded"),
        ({"recorded": {**RECORDED, "time": "yesterday"}}, "recorded"),
        ({"recorded": {**RECORDED, "time": 5}}, "str"),
    ],
)
def test_an_entry_no_honest_node_writes_is_refused_although_signed(
    depot: ForeignLog, file: Path, changes: dict[str, object], reason: str
) -> None:
    assert reason in refused(file, hostile(depot, **changes))


def test_a_value_in_other_bytes_than_its_canonical_ones_is_refused(depot: ForeignLog, file: Path) -> None:
    depot.lines[-1] = depot.lines[-1].replace(b'"kind":"event"', b'"kind": "event"')
    assert "8785" in refused(file, depot.bundle())


def test_a_nul_character_is_refused_because_postgresql_cannot_hold_it(depot: ForeignLog, file: Path) -> None:
    depot.weapon("nul", "A\x00B")
    assert "NUL" in refused(file, depot.bundle())


def disguised(ours: dict[str, Any]) -> dict[str, Any]:
    """An event of the same identity as one of ours that says nothing of it: its fields stand in the text of one."""
    _, _, rest = pre_hash(ours).partition("ilmd{https://countermark.example/ns/}kind=")
    plain = {key: value for key, value in ours.items() if not key.startswith("countermark:")}
    return {**plain, "ilmd": {"countermark:kind": rest}}


def test_an_event_that_reads_like_one_of_ours_is_refused_from_a_known_node_too(depot: ForeignLog, file: Path) -> None:
    ours = bodies.birth("XA/main", "55", {"kind": "rifle", "maker": "Zastava", "year": "1985"}, [{"mark": "K55"}])
    services.append([services.Draft("event", ours)], by=ANN)
    assert depot.add("event", disguised(ours)) == entries.event_id_of("event", ours)
    assert "tells the events of a node apart" in refused(file, depot.bundle())


def test_one_event_twice_in_a_log_is_refused(depot: ForeignLog, file: Path) -> None:
    depot.weapon("8", "AB0008")
    assert "cannot be folded" in refused(file, depot.bundle())


STRANGE: list[dict[str, Any]] = [
    {"type": "ObjectEvent"},
    {"type": "ObjectEvent", "epcList": 7, "eventTime": 5},
    {"type": "ObjectEvent", "epcList": [1, None, {}]},
    {"type": "ObjectEvent", "epcList": ["urn:uuid:nonsense", "urn:uuid:" + "0" * 5000]},
    {
        "type": "ObjectEvent",
        "epcList": ["urn:uuid:00000000-0000-5000-8000-000000000000"],
        "ilmd": 5,
        "errorDeclaration": 5,
    },
    {
        "type": "ObjectEvent",
        "epcList": ["urn:uuid:00000000-0000-5000-8000-000000000000"],
        "ilmd": {"countermark:marks": 3},
    },
    {"type": "AssociationEvent", "parentID": "urn:uuid:00000000-0000-5000-8000-000000000000", "childEPCs": {}},
]


@pytest.mark.parametrize("body", STRANGE)
def test_a_body_that_is_no_event_of_ours_is_taken_in_or_refused_but_breaks_nothing(
    depot: ForeignLog, file: Path, body: dict[str, Any]
) -> None:
    depot.add("event", body)
    file.write_bytes(depot.bundle())
    try:
        take_in(file, by=ANN)
    except BundleError:
        assert not held()
    else:
        assert held() == len(depot.lines)
    assert verify().ok


def test_a_line_that_is_too_long_is_refused(depot: ForeignLog, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LONGEST_ENTRY", 1000)
    depot.weapon("long", "A" * 2000)
    assert "more than 1,000 bytes" in refused(file, depot.bundle())


def test_an_import_broken_off_goes_on_where_it_stopped(
    depot: ForeignLog, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BATCH", 4)
    file.write_bytes(depot.bundle())

    def interrupt(done: int, total: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(file, by=ANN, progress=interrupt)
    assert held() == 8
    assert verify().ok
    assert take_in(file, by=ANN) == exchange.Taken(DEPOT, 10, 2)
    assert verify().ok


def test_a_file_exchanged_while_it_is_read_is_noticed(
    depot: ForeignLog, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than what is read ahead: else the old bytes are used, which is as good.
    depot.add("act", {"type": "act", "act": "load", "padding": "x" * 2_000_000})
    file.write_bytes(depot.bundle())
    check = exchange._check

    def exchanged(*arguments: Any) -> list[bytes]:
        digests = check(*arguments)
        file.write_bytes(depot.bundle().replace(b"AB0003", b"AB9993"))
        return digests

    monkeypatch.setattr(exchange, "_check", exchanged)
    with pytest.raises(BundleError, match="changed while"):
        take_in(file, by=ANN)
    assert not held()


# --- side data --------------------------------------------------------------------------------------------------------

TEXT = {"ref": "ab" * 32, "kind": "party", "text": "Unit 5", "salt": "salt"}


def with_side(log: ForeignLog, sealed: str) -> bytes:
    """A bundle with one line of side data for this node."""
    own = services.require_own_log()
    whole = log.bundle(recipient=own.origin)
    return whole.replace(b'{"end":true}', canonical({"side": sealed}) + b'\n{"end":true}')


def sealed(*texts: dict[str, str], key: str = "") -> str:
    return sealing.seal(json.dumps({"texts": texts}).encode(), key or sealing.own_public_key())


def stating(log: ForeignLog, *texts: dict[str, str]) -> None:
    """An entry of the log that states the digests of texts."""
    log.add("act", {"type": "act", "act": "load"}, kept={f"text/{t['ref']}": identity.digest(t) for t in texts})


def test_side_texts_sealed_to_this_node_are_kept_as_the_log_states_them(depot: ForeignLog, file: Path) -> None:
    stating(depot, TEXT)
    file.write_bytes(with_side(depot, sealed(TEXT)))
    assert take_in(file, by=ANN).texts == 1
    assert SideText.objects.get(ref=TEXT["ref"]).text == "Unit 5"
    assert verify().ok
    assert take_in(file, by=ANN).texts == 0


def test_a_side_text_the_log_does_not_state_is_left_out_and_counted(depot: ForeignLog, file: Path) -> None:
    stating(depot, TEXT)
    file.write_bytes(with_side(depot, sealed({**TEXT, "text": "Unit 6"}, {**TEXT, "ref": "cd" * 32})))
    assert (take_in(file, by=ANN).texts, take_in(file, by=ANN).refused) == (0, 2)
    assert verify().ok


def test_an_attachment_is_kept_only_as_the_log_states_it(depot: ForeignLog, file: Path) -> None:
    content = b"<epcis/>"
    row = {"digest": hashlib.sha256(content).hexdigest(), "media_type": "text/xml"}
    stated = identity.digest({**row, "content": row["digest"]})
    depot.add("act", {"type": "act", "act": "document_captured"}, kept={f"attachment/{row['digest']}": stated})
    for data, media_type, new in ((b"other", "text/xml", 0), (content, "text/html", 0), (content, "text/xml", 1)):
        value = {**row, "media_type": media_type, "data": base64.b64encode(data).decode()}
        token = sealing.seal(json.dumps({"attachments": [value]}).encode(), sealing.own_public_key())
        file.write_bytes(with_side(depot, token))
        assert take_in(file, by=ANN).texts == new
    assert verify().ok


def test_the_erasure_of_a_document_travels_in_its_log(depot: ForeignLog, file: Path) -> None:
    content = b"<epcis/>"
    name, nothing = (hashlib.sha256(data).hexdigest() for data in (content, b""))
    row = {"digest": name, "media_type": "text/xml"}
    captured = {"type": "act", "act": "document_captured"}
    depot.add("act", captured, kept={f"attachment/{name}": identity.digest({**row, "content": name})})
    sent = {"attachments": [{**row, "data": base64.b64encode(content).decode()}]}
    file.write_bytes(with_side(depot, sealing.seal(json.dumps(sent).encode(), sealing.own_public_key())))
    take_in(file, by=ANN)
    assert bytes(Attachment.objects.get().data) == content

    erased = {"type": "act", "act": "erasure", "refs": [], "attachments": [name]}
    depot.add("act", erased, kept={f"attachment/{name}": identity.digest({**row, "content": nothing})})
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    assert bytes(Attachment.objects.get().data) == b""
    assert verify().ok


@pytest.mark.parametrize("change", ["to another", "a byte", "no token", "no rows"])
def test_side_data_that_cannot_be_opened_is_refused(depot: ForeignLog, file: Path, change: str) -> None:
    other = X25519PrivateKey.generate().public_key().public_bytes_raw()
    token = {
        "to another": sealed(TEXT, key=sealing.PREFIX + base64.b64encode(other).decode()),
        "a byte": sealed(TEXT)[:-6] + "AAAAAA",
        "no token": "nonsense",
        "no rows": sealing.seal(b"[1]", sealing.own_public_key()),
    }[change]
    assert "cannot be opened" in refused(file, with_side(depot, token))


# --- this node's own log ----------------------------------------------------------------------------------------------


def own_as_foreign(extra: int) -> ForeignLog:
    """This node's own log, some entries longer, as a node would have it that got a bundle before this one was rolled back."""
    own = services.require_own_log()
    key = checkpoint.load_key(guard.checkpoint_path().with_suffix(".key"))
    copy = ForeignLog(own.origin, key=key)
    copy.lines = [data for _, _, _, data in store.raw_entries(own)]
    for number in range(extra):
        copy.weapon(f"lost {number}", f"EF{number}")
    return copy


def test_a_longer_copy_of_the_own_log_makes_the_node_refuse_to_append(depot: ForeignLog, file: Path) -> None:
    reason = refused(file, own_as_foreign(2).bundle())
    assert "rolled back" in reason
    with pytest.raises(RolledBackError, match="rolled"):
        services.set_setting("colour", "green", by=ANN)
    assert not verify().ok


def test_another_history_of_the_own_log_makes_the_node_refuse_to_append(depot: ForeignLog, file: Path) -> None:
    copy = own_as_foreign(0)
    copy.lines[-1] = copy.lines[-1].replace(b'"kind":"act"', b'"kind":"acT"')
    assert "differs" in refused(file, copy.bundle())
    with pytest.raises(RolledBackError):
        services.set_setting("colour", "green", by=ANN)


def test_a_copy_of_the_own_log_as_it_is_changes_nothing(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(own_as_foreign(0).bundle())
    before = own_size()
    assert take_in(file, by=ANN).new == 0
    assert own_size() == before


def test_a_longer_copy_that_somebody_else_signed_is_only_refused(depot: ForeignLog, file: Path) -> None:
    copy = own_as_foreign(2)
    forged = ForeignLog(copy.origin)
    forged.lines = copy.lines
    refused(file, forged.bundle())
    services.set_setting("colour", "green", by=ANN)


# --- the node directory -----------------------------------------------------------------------------------------------


def test_trusting_a_node_twice_appends_once(depot: ForeignLog) -> None:
    before = own_size()
    trust(depot.origin, depot.verifier_key, by=ANN)
    assert own_size() == before


@pytest.mark.parametrize(
    ("origin", "key", "encryption"),
    [
        ("nonsense", "", ""),
        (DEPOT, "nonsense", ""),
        (DEPOT, ForeignLog("XA/other/1").verifier_key, ""),
        (DEPOT, ForeignLog(DEPOT).verifier_key, ""),
        ("XA/new/1", ForeignLog("XA/new/1").verifier_key, "x25519+AAAA"),
        ("XA/new/1", ForeignLog("XA/new/1").verifier_key, "nonsense"),
    ],
    # Keys are made anew in every process, and every process must know a test by the same name.
    ids=["no origin", "no key", "another's key", "another key", "no encryption key", "nonsense for one"],
)
def test_a_directory_row_that_is_wrong_or_replaces_a_key_is_refused(
    depot: ForeignLog, origin: str, key: str, encryption: str
) -> None:
    before = list(Peer.objects.values_list())
    with pytest.raises(LedgerError):
        trust(origin, key, encryption, by=ANN)
    assert list(Peer.objects.values_list()) == before


def test_the_own_log_cannot_be_trusted_as_anothers(depot: ForeignLog) -> None:
    own = services.require_own_log()
    with pytest.raises(LedgerError, match="itself"):
        trust(own.origin, own.verifier_key, by=ANN)


# --- proofs -----------------------------------------------------------------------------------------------------------


def test_an_inclusion_proof_leads_from_the_entry_to_the_root(depot: ForeignLog, file: Path) -> None:
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    event_id = jcs.decode(depot.lines[4])["eventID"]
    for size in (None, 5, 8, 10):
        proof = exchange.inclusion(event_id, size)
        steps = [bytes.fromhex(step) for step in proof["proof"]]
        leaf, head = bytes.fromhex(proof["leaf_hash"]), bytes.fromhex(proof["root_hash"])
        assert (proof["leaf_index"], proof["tree_size"]) == (4, size or 10)
        assert tree.verify_inclusion(leaf, 4, size or 10, steps, head)
        assert leaf == tree.leaf_hash(depot.lines[4])


@pytest.mark.parametrize("size", [1, 4, 11])
def test_a_tree_without_the_entry_proves_nothing(depot: ForeignLog, file: Path, size: int) -> None:
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    with pytest.raises(tree.TreeError):
        exchange.inclusion(jcs.decode(depot.lines[4])["eventID"], size)


def test_an_unknown_id_is_said_to_be_unknown(depot: ForeignLog) -> None:
    with pytest.raises(LedgerError, match="has an entry"):
        exchange.inclusion("ni:///sha-256;00?ver=CBV2.0")


# --- views do not depend on the order of arrival -----------------------------------------------------------------------


@contextmanager
def rolled_back() -> Iterator[None]:
    """A store for one example of many: everything it did is undone."""
    identity.forget_secret()
    guard._checked.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    identity.forget_secret()


VIEWS = {
    "register_weapon": "id, ref, maker, status, serial, finding, first_recorded, last_time, entries",
    "register_mark": "weapon_id, number, component, role, text, canonical",
    "register_identity": "key, weapon_id",
    "register_spelling": "list, text, n",
}


def views() -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for table, columns in VIEWS.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            found[table] = sorted(cursor.fetchall(), key=str)
        cursor.execute(
            "SELECT k.key, k.digest, l.origin FROM ledger_keptindex k JOIN ledger_log l"
            " ON l.id = k.position / 1099511627776 WHERE k.\"table\" = 'text' AND NOT l.own"
        )
        found["kept"] = sorted(cursor.fetchall(), key=str)
    return found


Act = tuple[int, str, int]
ACTS = st.tuples(st.integers(0, 2), st.sampled_from(["birth", "text", "wrong"]), st.integers(0, 3))


def written(acts: list[Act]) -> list[ForeignLog]:
    """Three logs that tell of the same four weapons, and of texts by the same names."""
    logs = [ForeignLog(f"XA/n{i}/1", offset=i, step=5) for i in range(3)]
    for number, (which, what, ref) in enumerate(acts):
        log = logs[which]
        if what == "birth":
            log.weapon(str(ref), f"AB{ref}{number % 2}", model=f"m{number % 2}")
        if what == "text":
            digest = f"{number:064x}"
            log.add(
                "act", {"type": "act", "act": "load", "n": number}, kept={f"text/{ref:064x}": digest, "user/1": digest}
            )
        if what == "wrong":
            body = bodies.birth("S", str(ref), {"kind": "rifle", "maker": "Norinco"}, [])
            declared = {
                **body,
                "errorDeclaration": {"declarationTime": "2023-11-14T00:00:00.000Z", "reason": f"{number}"},
            }
            log.add("event", declared)
    for log in logs:
        log.lines = list({jcs.decode(line)["eventID"]: line for line in reversed(log.lines)}.values())[::-1]
        log.lines.sort(key=lambda line: jcs.decode(line)["recorded"]["time"])
    return logs


@settings(max_examples=15)
@given(acts=st.lists(ACTS, max_size=14), data=st.data())
def test_logs_taken_in_in_any_order_and_any_pieces_give_the_same_views(
    acts: list[Act], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    logs = written(acts)
    path = tmp_path_factory.getbasetemp() / "piece"
    outcomes = []
    for _ in range(2):
        with rolled_back():
            for log in logs:
                trust(log.origin, log.verifier_key, by=ANN)
            for which, size in pieces(data, logs):
                path.write_bytes(logs[which].bundle(held(logs[which].origin), size))
                take_in(path, by=ANN)
            report = verify()
            assert report.ok, report.first_difference
            outcomes.append(views())
    assert outcomes[0] == outcomes[1]


def pieces(data: st.DataObject, logs: list[ForeignLog]) -> list[tuple[int, int]]:
    """Each log in one or two pieces, the pieces of different logs in any order."""
    sizes = {i: sorted({data.draw(st.integers(1, len(log.lines))), len(log.lines)}) for i, log in enumerate(logs)}
    order = data.draw(st.permutations([i for i, some in sizes.items() for _ in some]))
    remaining = {i: iter(some) for i, some in sizes.items()}
    return [(i, next(remaining[i])) for i in order]


def test_another_nodes_log_has_no_say_in_this_nodes_settings(depot: ForeignLog, file: Path) -> None:
    depot.add(
        "act", {"type": "act", "act": "setting_changed", "n": 1}, kept={"setting/node_secret": "00", "user/1": "00"}
    )
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    assert verify().ok


def test_an_erasure_elsewhere_erases_the_text_held_here(depot: ForeignLog, file: Path) -> None:
    row = SideText(ref="ab" * 32, kind="party", text="John", salt="s")
    tombstone = SideText(ref="ab" * 32, kind="party", text="", salt="")
    stated = f"text/{row.ref}"
    depot.add("act", {"type": "act", "act": "load", "n": 1}, kept={stated: kept.side_text_digest(row)})
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    row.save()
    assert verify().ok
    depot.add("act", {"type": "act", "act": "erasure", "n": 2}, kept={stated: kept.side_text_digest(tombstone)})
    file.write_bytes(depot.bundle())
    take_in(file, by=ANN)
    assert SideText.objects.get(ref=row.ref).text == ""
    assert verify().ok


def test_entries_recorded_in_the_same_instant_are_ordered_by_log_not_by_arrival(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "tie"
    logs = [ForeignLog("XA/a/1"), ForeignLog("XA/b/1")]
    for log in logs:
        log.weapon("1", "AB1", model=log.origin)
    outcomes = []
    for order in (logs, logs[::-1]):
        with rolled_back():
            for log in order:
                trust(log.origin, log.verifier_key, by=ANN)
                path.write_bytes(log.bundle())
                take_in(path, by=ANN)
            with connection.cursor() as cursor:
                cursor.execute("SELECT model FROM register_weapon")
                outcomes.append(cursor.fetchall())
            assert verify().ok
    assert outcomes[0] == outcomes[1]
