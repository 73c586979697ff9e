import copy
import random
from hashlib import sha256
from typing import Any

import pytest
from epcis_event_hash_generator import hash_generator, json_to_py
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermark.ledger.eventhash import declared, event_hash, is_hashed_as_written, pre_hash
from countermark.ledger.eventhash.digital_link import canonical, check_digit

words = st.text("abcdefghijklmnopqrstuvwxyzABCÄЖ中 -_/'", min_size=1, max_size=12).map(str.strip).filter(bool)
uuids = st.uuids().map(lambda uuid: f"urn:uuid:{uuid}")
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
parties = digests.map(lambda digest: f"urn:countermark:party:{digest}")
serials = st.text("0123456789ABCXÄ-/?★", min_size=1, max_size=10)
dates = st.sampled_from(["1977-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"])

marks = st.fixed_dictionaries(
    {"component": st.sampled_from(["frame", "barrel"]), "mark": serials},
    optional={"role": st.just("serial"), "layer": st.just("overt")},
)
births = st.fixed_dictionaries(
    {"countermark:source": words, "countermark:ref": serials, "countermark:marks": st.lists(marks, max_size=3)},
    optional={"countermark:maker": words, "countermark:year": st.integers(1800, 2100)},
)
bodies = st.fixed_dictionaries(
    {
        "type": st.just("ObjectEvent"),
        "action": st.sampled_from(["ADD", "OBSERVE", "DELETE"]),
        "eventTime": dates,
        "eventTimeZoneOffset": st.just("+00:00"),
        "epcList": st.lists(uuids, min_size=1, max_size=3),
        "countermark:event": st.sampled_from(["manufacture", "issue", "same_as"]),
        "countermark:date": st.fixed_dictionaries({"text": st.just("1977"), "precision": st.just("year")}),
    },
    optional={
        "bizStep": st.sampled_from(["commissioning", "receiving", "destroying"]),
        "ilmd": births,
        "countermark:country": st.just("XA"),
        "countermark:id": serials,
        "bizLocation": parties.map(lambda place: {"id": place}),
        "bizTransactionList": st.lists(
            parties.map(lambda party: {"type": "po", "bizTransaction": party}), min_size=1, max_size=2
        ),
        "sourceList": parties.map(lambda party: [{"type": "owning_party", "source": party}]),
        "destinationList": parties.map(lambda party: [{"type": "owning_party", "destination": party}]),
    },
)

EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": "2020-03-04T11:00:30+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:uuid:00000000-0000-4000-8000-000000000000"],
}


def of(**fields: Any) -> str:
    return pre_hash({**EVENT, **{key.replace("__", ":"): value for key, value in fields.items()}})


def reference(body: dict[str, Any]) -> str:
    """The pre-hash of the standard's reference program, which takes whole documents and reads `type` before its pair."""
    body = copy.deepcopy(body)
    for name in ("bizTransactionList", "sourceList", "destinationList"):
        body[name] = [dict(sorted(pair.items(), reverse=True)) for pair in body.get(name, [])]
    body = {key: value for key, value in body.items() if value != []}
    document = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"countermark": "https://countermark.example/ns/"},
        ],
        "type": "EPCISDocument",
        "epcisBody": {"eventList": [body]},
    }
    (text,) = hash_generator.derive_prehashes_from_events(json_to_py.event_list_from_epcis_document_json(document))
    return str(text)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the reference program's own
@given(bodies)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_our_own_events_hash_as_the_reference_program_hashes_them(body: dict[str, Any]) -> None:
    assert pre_hash(body) == reference(body)


@given(bodies, st.randoms(use_true_random=False))
def test_the_order_in_which_fields_and_list_items_are_written_does_not_matter(
    body: dict[str, Any], chance: random.Random
) -> None:
    assert event_hash(shuffled(body, chance)) == event_hash(body)


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        items = [(key, shuffled(one, chance)) for key, one in value.items()]
        return dict(chance.sample(items, len(items)))
    if isinstance(value, list):
        return chance.sample([shuffled(one, chance) for one in value], len(value))
    return value


@given(bodies, serials.filter(is_hashed_as_written), serials.filter(is_hashed_as_written))
def test_two_marks_that_are_hashed_as_written_never_give_one_identity(
    body: dict[str, Any], one: str, other: str
) -> None:
    assert (event_hash({**body, "countermark:mark": one}) == event_hash({**body, "countermark:mark": other})) == (
        one == other
    )


@pytest.mark.parametrize("text", ["7", "0", "26.1", "A1", "1A", "12-7", "★", "urn:countermark:party:00", "1,000", "٧"])
def test_a_text_that_has_no_other_writing_is_hashed_as_written(text: str) -> None:
    assert is_hashed_as_written(text)
    assert of(x__mark=text).endswith(f"mark={text}")


@pytest.mark.parametrize("text", ["007", "7.0", "1E5", " A", "+7", "gs1:A", "urn:epc:id:giai:9521141.5678", "1" * 20])
def test_a_text_that_means_something_else_to_the_hash_is_known(text: str) -> None:
    assert not is_hashed_as_written(text)


def test_the_hash_is_an_ni_uri_of_the_pre_hash() -> None:
    assert event_hash(EVENT) == f"ni:///sha-256;{sha256(pre_hash(EVENT).encode()).hexdigest()}?ver=CBV2.0"


def test_the_pre_hash_runs_in_the_standards_order() -> None:
    assert of(readPoint={"id": "urn:x:1"}, disposition="active", bizStep="receiving", parentID="urn:x:2") == (
        "eventType=ObjectEventeventTime=2020-03-04T10:00:30.000ZeventTimeZoneOffset=+01:00parentID=urn:x:2"
        "epcListepc=urn:uuid:00000000-0000-4000-8000-000000000000action=OBSERVE"
        "bizStep=https://ref.gs1.org/cbv/BizStep-receivingdisposition=https://ref.gs1.org/cbv/Disp-activereadPointid=urn:x:1"
    )


@pytest.mark.parametrize(
    "ignored",
    [
        {"recordTime": "2020-01-01T00:00:00Z"},
        {"eventID": "urn:x:1"},
        {"errorDeclaration": {"declarationTime": "2020-01-01T00:00:00Z"}},
        {"rdfs:comment": "note"},
        {"comment": "note"},
        {"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"},
        {"quantityList": []},
        {"bizStep": None},
    ],
    ids=lambda ignored: next(iter(ignored)),
)
def test_what_is_not_part_of_the_event_does_not_change_its_hash(ignored: dict[str, Any]) -> None:
    assert event_hash({**EVENT, **ignored}) == event_hash(EVENT)


def test_ignored_fields_are_left_out_at_any_depth_under_any_prefix() -> None:
    namespaces = {"a": "https://a.example/", "b": "https://a.example/"}
    event = {**EVENT, "a:hash": 1, "ilmd": {"b:hash": 2}, "readPoint": {"id": "urn:x:1", "a:hash": 3}}
    left = {**EVENT, "ilmd": {}, "readPoint": {"id": "urn:x:1"}}
    assert pre_hash(event, namespaces, ["a:hash"]) == pre_hash(left)
    assert pre_hash(event, namespaces, ["{https://a.example/}hash"]) == pre_hash(left)


def test_prefixes_are_hashed_as_the_namespaces_they_stand_for() -> None:
    one = event_hash({**EVENT, "a:x": "a:y"}, {"a": "https://a.example/"})
    own = event_hash({**EVENT, "b:x": "b:y", "@context": ["https://elsewhere", {"b": "https://a.example/"}]})
    assert one == own
    assert one != event_hash({**EVENT, "a:x": "a:y"}, {"a": "https://b.example/"})


def test_our_own_prefix_needs_no_declaration() -> None:
    assert of(countermark__event="issue").endswith("{https://countermark.example/ns/}event=issue")


def test_only_prefixes_are_taken_from_a_context() -> None:
    context = ["https://x", {"a": "https://a/", "@vocab": "https://v/", "term": {"@id": "a:term"}}, 7]
    assert declared(context) == {"a": "https://a/"}
    assert declared({"a": "https://a/"}) == {"a": "https://a/"}
    assert declared(None) == {}


@pytest.mark.parametrize(
    ("number", "written"),
    [(26, "26"), (26.0, "26"), ("26.00", "26"), ("+0.100", "0.1"), (".5", "0.5"), (-0.0, "0"), (True, "true")],
)
def test_a_number_has_one_form(number: Any, written: str) -> None:
    assert of(quantityList=[{"epcClass": "urn:x:1", "quantity": number}]).count(f"quantity={written}action") == 1


@pytest.mark.parametrize(
    ("time", "written"),
    [
        ("2020-03-04T11:00:30Z", "2020-03-04T11:00:30.000Z"),
        ("2020-03-04T11:00:30.5-06:00", "2020-03-04T17:00:30.500Z"),
        ("2023-01-18T11:04:03.1414999Z", "2023-01-18T11:04:03.141Z"),
        ("2023-01-18T11:04:03.1415Z", "2023-01-18T11:04:03.142Z"),
        ("2023-01-18T11:04:03.1425Z", "2023-01-18T11:04:03.143Z"),
        ("2023-12-31T23:59:59.9995Z", "2024-01-01T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
        ("2023-13-01T00:00:00Z", "2023-13-01T00:00:00Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_is_hashed_in_utc_to_the_millisecond_and_kept_when_it_is_none(time: str, written: str) -> None:
    assert f"eventTime={written}eventTimeZoneOffset" in of(eventTime=time)


def test_times_in_extensions_are_texts() -> None:
    assert of(x__time="2020-03-04T11:00:30+01:00").endswith("x:time=2020-03-04T11:00:30+01:00")


def test_a_list_named_list_wraps_its_elements_like_xml_does() -> None:
    assert of(countermark__wasteList=["b", "a"]) == of(countermark__wasteList={"countermark:waste": ["a", "b"]})


@pytest.mark.parametrize(
    ("uri", "link"),
    [
        ("urn:epc:id:sgtin:9521141.012345.4711", "01/09521141123454/21/4711"),
        ("urn:epc:id:sgtin:9521141.012345.a(1)%2F!", "01/09521141123454/21/a%281%29%2F%21"),
        ("urn:epc:id:sscc:9521141.1234567890", "00/195211412345678900"),
        ("urn:epc:id:sgln:9521141.12345.400", "414/9521141123454/254/400"),
        ("urn:epc:id:sgln:9521141.12345.0", "414/9521141123454"),
        ("urn:epc:id:sgln:952114112345..0", "414/9521141123454"),
        ("urn:epc:id:pgln:9521141.89012", "417/9521141890127"),
        ("urn:epc:id:grai:9521141.12345.400", "8003/09521141123454400"),
        ("urn:epc:id:giai:9521141.12345400", "8004/952114112345400"),
        ("urn:epc:id:giai:9521141.32a%2Fb", "8004/952114132a%2Fb"),
        ("urn:epc:id:gsrn:9521141.1234567890", "8018/952114112345678906"),
        ("urn:epc:id:gsrnp:9521141.1234567890", "8017/952114112345678906"),
        ("urn:epc:id:gdti:9521141.12345.400", "253/9521141123454400"),
        ("urn:epc:id:cpi:9521141.5PQ7.12345", "8010/95211415PQ7/8011/12345"),
        ("urn:epc:id:sgcn:9521141.67890.04711", "255/952114167890904711"),
        ("urn:epc:id:ginc:9521141.xyz47", "401/9521141xyz47"),
        ("urn:epc:id:gsin:9521141.123456789", "402/95211411234567892"),
        ("urn:epc:id:itip:9521141.012345.04.04.987", "8006/095211411234540404/21/987"),
        ("urn:epc:id:upui:9521141.089456.51qIg", "01/09521141894569/235/51qIg"),
        ("urn:epc:class:lgtin:9521141.712345.998877", "01/79521141123453/10/998877"),
        ("urn:epc:idpat:sgtin:9521141.112345.*", "01/19521141123451"),
        ("urn:epc:idpat:cpi:9521141.5PQ7.*", "8010/95211415PQ7"),
        ("https://example.com/some/path/01/09521141123454/22/2A/10/lot/21/4711?x=1", "01/09521141123454/21/4711"),
        ("http://example.com/gtin/9521141123454/lot/A1", "01/09521141123454/10/A1"),
        ("https://id.gs1.org/01/12345670", "01/00000012345670"),
        ("https://example.com/giai/952114112345400/", "8004/952114112345400"),
    ],
)
def test_a_gs1_key_is_hashed_as_its_constrained_digital_link(uri: str, link: str) -> None:
    assert canonical(uri) == f"https://id.gs1.org/{link}"
    assert canonical(f"https://id.gs1.org/{link}") in (f"https://id.gs1.org/{link}", None if "%" in link else "")


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:sgtin:9521141.12345.4711",
        "urn:epc:id:sgtin:9521141.0123456.4711",
        "urn:epc:id:sgtin:9521141.012345.",
        "urn:epc:id:sgtin:9521141.012345." + "1" * 21,
        "urn:epc:id:giai:9521141." + "1" * 24,
        "urn:epc:id:unknown:9521141.1",
        "urn:epc:id:sgtin",
        "urn:uuid:00000000-0000-4000-8000-000000000000",
        "https://example.com/01/abcd",
        "https://example.com/01/0952114112345/21/1/2",
        "https://example.com/",
        "",
    ],
)
def test_a_uri_without_a_proper_gs1_key_is_left_alone(uri: str) -> None:
    assert canonical(uri) is None


@given(st.integers(10**11, 10**12 - 1).map(str), st.integers(0, 11))
def test_a_check_digit_notices_every_single_wrong_digit(digits: str, at: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :]
    assert check_digit(wrong) != check_digit(digits)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
field_names = st.sampled_from([*EVENT, "readPoint", "sensorElementList", "sourceList", "ilmd", "x:yList", "#text"])


@given(st.dictionaries(field_names | st.text(), json_values, max_size=6))
@settings(max_examples=300)
def test_any_json_object_is_hashed_or_refused(event: dict[str, Any]) -> None:
    try:
        assert event_hash(event).startswith("ni:///sha-256;")
    except ValueError:
        assert not isinstance(event.get("type"), str) or any("\ud800" <= c <= "\udfff" for c in repr(event))


@pytest.mark.parametrize("event", [{}, {"type": 5}, {**EVENT, "x:y": "\ud800"}])
def test_what_cannot_be_an_event_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        event_hash(event)


def test_nesting_without_end_is_refused() -> None:
    value: Any = 1
    for _ in range(50_000):
        value = {"x": value}
    with pytest.raises(ValueError, match="nested too deeply"):
        event_hash({**EVENT, "x:y": value})
