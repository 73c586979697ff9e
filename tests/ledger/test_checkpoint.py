import base64
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger.checkpoint import (
    Checkpoint,
    CheckpointError,
    KeyFileError,
    VerifierKey,
    generate_key,
    load_key,
    open_note,
    parse_verifier_key,
    read_unverified,
    save_key,
    sign,
    verifier_key,
    verify_note,
)

# The published example of Go's signed-note package.
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NEUMANN_NOTE = (
    NEUMANN_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

ORIGIN = "XA/main/1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KNOWN = verifier_key(ORIGIN, KEY.public_key())
HEAD = Checkpoint(ORIGIN, 20_852_163, sha256(b"root").digest())
NOTE = sign(HEAD, KEY)


def test_a_note_signed_by_another_implementation_verifies() -> None:
    text, signers = verify_note(NEUMANN_NOTE, [NEUMANN_KEY])
    assert text == NEUMANN_TEXT
    assert [signer.name for signer in signers] == ["PeterNeumann"]


def test_a_note_whose_text_was_changed_does_not_verify() -> None:
    with pytest.raises(CheckpointError, match="does not match the text"):
        verify_note(NEUMANN_NOTE.replace("cryptography", "a blockchain"), [NEUMANN_KEY])


def test_a_published_verifier_key_is_read_and_written_unchanged() -> None:
    assert str(parse_verifier_key(NEUMANN_KEY)) == NEUMANN_KEY
    assert parse_verifier_key(NEUMANN_KEY).key_hash().hex() == "c74f20a3"


def test_a_checkpoint_is_three_lines_then_a_blank_line_then_the_signature() -> None:
    lines = NOTE.split("\n")
    assert lines[:4] == [ORIGIN, "20852163", base64.b64encode(HEAD.root).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]


def test_the_signed_bytes_are_the_three_lines_with_their_newlines() -> None:
    text, line = NOTE.split("\n\n")
    signature = base64.b64decode(line.split(" ")[2])[4:]
    KEY.public_key().verify(signature, f"{text}\n".encode())


def test_a_signed_checkpoint_opens_to_itself() -> None:
    assert open_note(NOTE, [KNOWN]) == HEAD
    assert open_note(NOTE, [parse_verifier_key(KNOWN)]) == HEAD
    assert read_unverified(NOTE) == HEAD


@given(
    st.integers(0, 2**62),
    st.binary(min_size=32, max_size=32),
    st.from_regex(r"X[AB]/[a-z0-9é-]{1,9}/[1-9]", fullmatch=True),
)
def test_every_checkpoint_opens_to_itself(size: int, root: bytes, origin: str) -> None:
    head = Checkpoint(origin, size, root)
    assert open_note(sign(head, KEY), [verifier_key(origin, KEY.public_key())]) == head


@given(st.integers(0, len(NOTE) - 1), st.characters())
def test_a_note_with_any_character_changed_never_opens_to_something_else(at: int, character: str) -> None:
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    try:
        assert open_note(changed, [KNOWN]) == HEAD
        assert changed == NOTE
    except CheckpointError:
        assert changed != NOTE


@given(
    st.lists(st.sampled_from([*"—+= 1A/\n\t", "\n\n", "XA/main/1", KNOWN, NOTE]), max_size=20).map("".join) | st.text()
)
def test_any_text_opens_or_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        open_note(text, [])
    with pytest.raises(CheckpointError):
        parse_verifier_key(text + "!")


def test_a_stranger_signature_is_passed_over() -> None:
    stranger = generate_key()
    line = sign(Checkpoint("witness.example", 1, HEAD.root), stranger).splitlines()[-1]
    assert open_note(NOTE + line + "\n", [KNOWN]) == HEAD


def test_a_witness_alone_does_not_vouch_for_the_log() -> None:
    witness = generate_key()
    key = VerifierKey("witness.example", witness.public_key().public_bytes_raw())
    signature = base64.b64encode(key.key_hash() + witness.sign(HEAD.body().encode())).decode()
    note = f"{HEAD.body()}\n— witness.example {signature}\n"
    with pytest.raises(CheckpointError, match="no known key of 'XA/main/1' has signed"):
        open_note(note, [str(key)])


def test_a_checkpoint_of_another_log_is_not_opened_with_this_logs_key() -> None:
    with pytest.raises(CheckpointError, match="signed by no known key"):
        open_note(NOTE, [verifier_key("XB/main/1", KEY.public_key())])


def test_another_key_of_the_same_name_is_no_known_key() -> None:
    with pytest.raises(CheckpointError, match="signed by no known key"):
        open_note(NOTE, [verifier_key(ORIGIN, generate_key().public_key())])


def test_further_lines_of_a_checkpoint_are_signed_but_not_read() -> None:
    text = HEAD.body() + "extension\n"
    key = parse_verifier_key(KNOWN)
    signature = base64.b64encode(key.key_hash() + KEY.sign(text.encode())).decode()
    assert open_note(f"{text}\n— {ORIGIN} {signature}\n", [KNOWN]) == HEAD


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("", "no blank line"),
        (NOTE[:-1], "not ended"),
        (NOTE.replace("— ", "- "), "a signature line has the form"),
        (NOTE.replace("20852163", "020852163"), "not match the text"),
        (NOTE.replace("XA/main/1\n", "XA/main\x01\n"), "control characters"),
        (NOTE + "— name !!!!\n", "not base64"),
        (NOTE + "— name AAAA\n", "too short"),
        (NOTE + "— na+me AAAAAAAA\n", "no key name"),
        (NOTE + NOTE.splitlines()[-1].join(["", "\n"]) * 100, "more than 100"),
        ("x" * 1_000_001, "too long"),
    ],
)
def test_a_malformed_note_is_refused_with_its_reason(note: str, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason):
        open_note(note, [KNOWN])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("XA/main/1\n5\n", "at least three lines"),
        ("XA/main/1\n05\nAAAA\n", "not a size"),
        ("XA/main/1\n-5\nAAAA\n", "not a size"),
        ("XA/main/1\n5\nAAAA\n", "not 32 bytes"),
        ("XA/main/1\n5\nA\n", "not base64"),
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason):
        read_unverified(f"{text}\n— name AAAAAAAA\n")


@pytest.mark.parametrize("origin", ["", "XA main", "XA+main", "XA\nmain"])
def test_an_origin_that_cannot_be_a_key_name_is_not_signed(origin: str) -> None:
    with pytest.raises(CheckpointError):
        sign(Checkpoint(origin, 1, bytes(32)), KEY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PeterNeumann", "name\\+hash\\+key"),
        (NEUMANN_KEY.replace("c74f", "c74e"), "mistyped"),
        (NEUMANN_KEY.replace("Peter", "peter"), "mistyped"),
        ("name+00000000+AgAA", "no Ed25519 key"),
        ("name+00000000+?", "not base64"),
    ],
)
def test_a_wrong_verifier_key_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason):
        parse_verifier_key(text)


def test_a_saved_key_is_loaded_again(tmp_path: Path) -> None:
    save_key(tmp_path / "key", KEY)
    assert load_key(tmp_path / "key").private_bytes_raw() == KEY.private_bytes_raw()


def test_a_saved_key_is_readable_by_its_owner_only_and_leaves_no_draft(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        save_key(tmp_path / "key", KEY)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    save_key(tmp_path / "key", KEY)
    with pytest.raises(KeyFileError, match="never overwritten"):
        save_key(tmp_path / "key", generate_key())
    assert load_key(tmp_path / "key").private_bytes_raw() == KEY.private_bytes_raw()
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    save_key(tmp_path / "key", KEY)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key(tmp_path / "key")


def test_a_missing_key_file_or_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        load_key(tmp_path / "none")
    with pytest.raises(KeyFileError, match="cannot be written"):
        save_key(tmp_path / "none" / "key", KEY)


def test_a_file_that_is_no_ed25519_key_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for data, reason in ((b"nonsense", "no unencrypted PEM"), (other, "not Ed25519")):
        path = tmp_path / reason.replace(" ", "-")
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(KeyFileError, match=reason):
            load_key(path)
