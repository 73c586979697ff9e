"""What readers and gateways publish: each form read right, units and base64 included; anything else is an answer, never a fault."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.tagged import is_tag, is_tid
from countermark.stockpile.readers.payloads import (
    LONGEST,
    Unreadable,
    beacon_tag,
    milliseconds,
    of_gateways,
    of_readers,
)
from countermark.stockpile.readers.reads import Read

DATA = Path(os.environ.get("COUNTERMARK_CONFORMANCE_DATA", Path(__file__).parents[4] / "shared" / "data"))
SAMPLES = DATA / "rfid" / "open" / "mqtt"
EPC = "E2801170000002117C6A1B32"
NOW = 1_796_000_000_000
TIME = "2026-11-30T00:53:20.000Z"


def read(*bodies: Any) -> list[Read]:
    return of_readers(json.dumps(bodies[0] if len(bodies) == 1 else list(bodies)).encode(), NOW)


FIXED = {
    "data": {"format": "epc", "idHex": EPC.lower(), "peakRssi": -56, "antenna": 2, "TID": "E2801160", "reads": 3},
    "timestamp": NOW - 5,
    "type": "SimpleTagEvent",
}
HANDHELD = {
    "type": "BALANCED_PERFORMANCE",
    "timestamp": TIME,
    "data": {"tagData": [{"EPC": EPC, "peakRssi": -52, "seenCount": 14, "eventNum": 1}, {"eventNum": 2}]},
}
IMPINJ = {
    "timestamp": "2026-11-30T00:53:20.123456789Z",
    "eventType": "tagInventory",
    "tagInventoryEvent": {"epc": "4oARcAAAAhF8ahsy", "antennaPort": 1, "peakRssiCdbm": -7325},
}
SPEEDWAY = {"antennaPort": 7, "epc": EPC, "tid": "E2801160", "firstSeenTimestamp": TIME, "peakRssi": -51}
OURS = {"reads": [{"epc": EPC, "antenna": 1, "time": TIME, "rssi": -50.5, "count": 2}]}
AT = milliseconds(TIME) or 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (FIXED, Read(EPC, NOW - 5, 2, "E2801160", -5600, 3)),
        (HANDHELD, Read(EPC, AT, 0, "", -5200, 14)),
        (IMPINJ, Read(EPC, AT + 123, 1, "", -7325, 1)),
        (SPEEDWAY, Read(EPC, AT, 7, "E2801160", -5100, 1)),
        (OURS, Read(EPC, AT, 1, "", -5050, 2)),
    ],
    ids=["fixed", "handheld", "impinj", "speedway", "ours"],
)
def test_each_form_is_read_with_its_own_units(body: dict[str, Any], expected: Read) -> None:
    assert read(body) == [expected]


def test_base64_of_the_url_alphabet_is_read_as_well() -> None:
    event = {"epc": "4oARkaUDAGXybMv_", "antennaPort": 1}
    assert [one.tag for one in read({**IMPINJ, "tagInventoryEvent": event})] == ["E2801191A5030065F26CCBFF"]


def test_several_in_one_message_are_read_as_a_list_or_one_a_line() -> None:
    lines = f"{json.dumps(FIXED)}\n{json.dumps(SPEEDWAY)}\n".encode()
    assert [one.antenna for one in of_readers(lines, NOW)] == [2, 7]
    assert [one.antenna for one in read(FIXED, IMPINJ)] == [2, 1]


@pytest.mark.parametrize(
    "body",
    [{"eventType": "inventoryStatus", "inventoryStatusEvent": {}}, {"antennaPort": 0, "isHeartBeat": True}, []],
)
def test_what_is_no_read_is_passed_over(body: Any) -> None:
    assert read(body) == []


@pytest.mark.parametrize("message", [b"", b"\xff", b"17", b'{"a":', b"{}", b'"x"', b"[" * 5000, b"[" + b" " * LONGEST])
def test_what_no_reader_says_is_refused(message: bytes) -> None:
    with pytest.raises(Unreadable):
        of_readers(message, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "EPC", "TID", "rssi"]), inner),
    max_leaves=8,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.just(EPC)
        for name in (
            "data", "idHex", "tagData", "timestamp", "eventType", "tagInventoryEvent", "epc", "antennaPort", "reads",
            "isHeartBeat", "id", "mac", "rssi", "uuid", "major", "minor",
        )
    },
)  # fmt: skip


@given(BODIES | JSON)
def test_whatever_comes_gives_sound_reads_or_a_refusal(body: Any) -> None:
    for form in (of_readers, of_gateways):
        try:
            found = form(json.dumps(body).encode(), NOW)
        except Unreadable:
            continue
        for one in found:
            assert is_tag(one.tag)
            assert not one.tid or is_tid(one.tid)
            assert 0 <= one.antenna <= 32_767
            assert one.reads >= 1
            assert one.rssi is None or -32_768 <= one.rssi <= 32_767


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ({"id": "AC:23:3F:00:00:03", "rssi": -61}, "ble:AC233F000003"),
        ({"mac": "AC233F000003", "rssi": -61, "type": "Unknown"}, "ble:AC233F000003"),
        (
            {"mac": "AC233F000003", "rssi": -36, "ibeaconUuid": "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", "ibeaconMajor": 1, "ibeaconMinor": 258},
            "ble:E2C56DB5DFFB48D2B060D0F5A71096E000010102",
        ),
    ],
)  # fmt: skip
def test_a_beacon_is_known_by_its_numbers_or_else_its_address(body: dict[str, Any], tag: str) -> None:
    assert [one.tag for one in of_gateways(json.dumps([body]).encode(), NOW)] == [tag]


def test_what_a_gateway_says_of_itself_is_no_beacon() -> None:
    message = [{"type": "Gateway", "mac": "AC233FC00003", "gatewayLoad": 0.4}, {"id": "AC:23:3F:00:00:03", "rssi": -61}]
    assert len(of_gateways(json.dumps(message).encode(), NOW)) == 1
    assert beacon_tag("none") == ""


@pytest.mark.parametrize(
    "time", [1_796_000_000, 1_796_000_000.0, NOW, NOW * 1000, NOW * 1_000_000, "2026-11-30T00:53:20Z"]
)
def test_times_are_understood_in_every_unit_readers_use(time: float | str) -> None:
    assert milliseconds(time) == NOW


@pytest.mark.parametrize("time", [None, True, "", "yesterday", -1, 0, [], float("nan"), float("inf"), 1e30])
def test_what_is_no_time_is_none(time: Any) -> None:
    assert milliseconds(time) is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published samples are not at hand")
@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("zebra-simple-fixed.json", ["E28011700001"]),
        ("zebra-handheld-dataEVT.json", ["E2003411B802011533ABCD12"]),
        ("impinj-tagInventory.json", ["7EDA9038051002710002C0AE"]),
        ("impinj-mqtt-minimal.json", ["8A450224"]),
        ("impinj-base64url.json", ["E2801191A5030065F26CCBFF"]),
        ("speedway-connect.jsonl", ["999908290000000000000004", "999908290000000000000003"]),
    ],
)
def test_published_samples_are_read(name: str, tags: list[str]) -> None:
    assert [one.tag for one in of_readers((SAMPLES / name).read_bytes(), NOW)] == tags
