"""Real published files: read and written again without loss, and judged as the official ruleset judges them."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from lxml import etree

from countermark.cooperation.iati import official, ruleset
from countermark.cooperation.iati.reading import load
from countermark.cooperation.iati.writing import dump
from tests.cooperation.iati import oracle
from tests.cooperation.iati.standard import OPEN, PUBLISHED, needs_standard, plain, published, schema, transactions

NOW = datetime(2026, 11, 30, tzinfo=UTC)
pytestmark = needs_standard
EXAMPLES = ("activity-standard-example-annotated.xml", "organisation-standard-example-annotated.xml")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_file_is_written_back_with_every_transaction_and_every_other_fact(name: str) -> None:
    data = published(name)
    read = load(data)
    written = dump(read.document, namespaces=read.namespaces)
    assert transactions(written) == transactions(data)
    assert plain(written) == plain(data)
    assert schema().validate(etree.fromstring(written))
    assert not read.findings


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_standard_are_written_back_whole(name: str) -> None:
    data = (OPEN / "examples" / name).read_bytes()
    read = load(data)
    assert plain(dump(read.document, contacts=True)) == plain(data)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_files_break_the_rules_that_the_official_ruleset_says_they_break(name: str) -> None:
    read = load(published(name))
    found = [one for one in ruleset.check(read, NOW) if one.kind == "rule"]
    assert {(one.rule, one.activity) for one in found} == oracle.broken(read.root, NOW)
    assert all(one.line for one in found)


@pytest.mark.parametrize("name", PUBLISHED)
def test_codes_of_published_files_stand_in_the_official_lists(name: str) -> None:
    """The lists that are ours say of real files what the official ones say, where both know a list."""
    read = load(published(name))
    lists = official.standard(OPEN).lists
    strange = [one for one in ruleset.check(read, NOW, lists) if one.kind == "code"]
    ours = [one for one in ruleset.check(read, NOW) if one.kind == "code"]
    assert {one.path for one in ours} <= {one.path for one in strange}


def test_the_closed_lists_are_the_official_ones() -> None:
    from countermark.cooperation.iati import codes

    lists = official.standard(OPEN).lists
    both = set(codes.CLOSED) & set(lists.by_name)
    assert both
    wrong = {name for name in both if frozenset(codes.CLOSED[name]) != lists.by_name[name]}
    assert not wrong
    assert set(codes.PURPOSES) <= lists.by_name["Sector"]


def test_an_activity_of_the_first_series_keeps_its_transactions_and_what_has_no_place_any_more() -> None:
    data = published("dfid-15240-drc-iati-1.01.xml")
    read = load(data)
    (activity,) = read.activities
    old = etree.fromstring(data)
    assert Counter(str(one.value.amount) for one in activity.transactions if one.value) == Counter(
        one.text for one in old.iterfind(".//transaction/value")
    )
    assert [one.type for one in activity.transactions] == ["2", "3", "4"]
    assert {one.code: str(one.percentage) for one in activity.sectors} == {"15240": "60", "15261": "30", "15230": "10"}
    words = {text.strip() for text in old.itertext() if text.strip()}
    assert words <= {text.strip() for text in etree.fromstring(dump(read.document)).itertext()} | {
        # Identifiers and dates stand in attributes now.
        "200378-101", *(one.iso_date.isoformat() for one in activity.dates if one.iso_date)
    }  # fmt: skip
    assert {one.kind for one in read.findings} == {"changed", "structure"}
    assert all(one.activity == "GB-1-200378-101" and one.line for one in read.findings if one.kind == "structure")


def test_rules_that_chance_seldom_breaks_are_judged_as_the_official_ruleset_judges_them() -> None:
    items = '<budget-item code="1"/><budget-item code="2"/>'
    data = f"""<iati-activities version="2.03"><iati-activity>
      <iati-identifier>XA-1</iati-identifier>
      <reporting-org ref="XA-1" type="10"><narrative>A</narrative></reporting-org>
      <title><narrative/></title><description><narrative/></description>
      <country-budget-items vocabulary="4">{items}</country-budget-items>
    </iati-activity><iati-activity>
      <iati-identifier>XA-2</iati-identifier>
      <country-budget-items vocabulary="4"><budget-item code="1" percentage="40"/></country-budget-items>
    </iati-activity></iati-activities>"""
    read = load(data.encode())
    found = {(one.rule, one.activity) for one in ruleset.check(read, NOW) if one.kind == "rule"}
    assert found == oracle.broken(read.root, NOW)
    assert {"1.1.3", "4.3.1", "4.4.1", "7.9.1", "7.9.2", "7.9.4"} <= {number for number, _ in found}


def test_every_rule_of_the_official_ruleset_is_one_of_ours() -> None:
    text = (OPEN / "rulesets" / "standard.json").read_text()
    assert set(re.findall(r'"id": "([0-9.]+)"', text)) == set(ruleset.RULES)


def test_an_agency_nobody_approved_is_told_where_the_list_is_at_hand() -> None:
    read = load(published("usaid-bb.xml").replace(b'ref="US-GOV-1" type="10">', b'ref="USAID" type="10">', 1))
    found = ruleset.check(read, NOW, official.standard(OPEN).lists)
    assert "1.14.8" in {one.rule for one in found}
    assert "1.14.8" not in {one.rule for one in ruleset.check(read, NOW)}
