"""Files from anybody: refusals with their line, nothing fetched, nothing lost that is not understood."""

from datetime import UTC, datetime

import pytest

from countermark.cooperation.iati import ruleset
from countermark.cooperation.iati.reading import LARGEST, Unreadable, load
from countermark.cooperation.iati.writing import dump, without_contacts

NOW = datetime(2026, 11, 30, tzinfo=UTC)

GOOD = """<?xml version="1.0"?>
<iati-activities version="2.03" xmlns:ex="https://example.org/ns">
 <iati-activity xml:lang="en" default-currency="USD" ex:note="kept">
  <iati-identifier>XA-GOV-1-A</iati-identifier>
  <reporting-org ref="XA-GOV-1" type="10"><narrative>Ministry</narrative></reporting-org>
  <title><narrative>Marking</narrative><narrative xml:lang="fr">Marquage</narrative></title>
  <description><narrative>Machines</narrative></description>
  <participating-org ref="XB-GOV-1" role="1"/>
  <activity-status code="2"/>
  <activity-date type="2" iso-date="2025-01-01Z"/>
  <contact-info><email>person@example.org</email></contact-info>
  <recipient-country code="XA"/>
  <sector code="15240"/>
  <transaction ref="T1">
   <transaction-type code="3"/>
   <transaction-date iso-date="2025-02-01"/>
   <value value-date="2025-02-01">0012500.50</value>
  </transaction>
  <ex:extra><ex:deep a="1">text</ex:deep></ex:extra>
 </iati-activity>
</iati-activities>
"""


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new).encode()


def test_a_good_file_has_no_findings() -> None:
    read = load(GOOD.encode())
    assert not read.findings
    assert not ruleset.check(read, NOW)


def test_an_entity_is_refused_and_never_resolved() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><iati-activities version="2.03">&b;</iati-activities>'
    with pytest.raises(Unreadable, match="DOCTYPE"):
        load(bomb.encode())


def test_entities_that_explode_are_refused() -> None:
    levels = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "x">{levels}]><iati-activities version="&e11;"/>'
    with pytest.raises(Unreadable):
        load(bomb.encode())


def test_what_is_no_xml_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="line 5"):
        load(changed("<reporting-org ref=", "<reporting-org <ref="))


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Unreadable, match="40 MB"):
        load(b" " * (LARGEST + 1))


def test_another_kind_of_file_is_refused_by_the_name_it_begins_with() -> None:
    with pytest.raises(Unreadable, match="<html>"):
        load(b"<html/>")


def test_an_amount_that_is_no_number_refuses_its_activity_and_names_the_line() -> None:
    read = load(changed("0012500.50", "12,500"))
    assert not read.activities
    assert read.refused == (3,)
    (finding,) = read.findings
    assert (finding.kind, finding.activity, finding.line) == ("unreadable", "XA-GOV-1-A", 17)
    assert "12,500" in finding.message


def test_an_activity_that_is_refused_leaves_the_others() -> None:
    second = GOOD[GOOD.index(" <iati-activity ") : GOOD.index("</iati-activities>")].replace("-A<", "-B<")
    data = GOOD.replace("0012500.50", "much").replace("</iati-activities>", second + "</iati-activities>")
    assert [one.id for one in load(data.encode()).activities] == ["XA-GOV-1-B"]


def test_what_the_model_does_not_know_is_written_back() -> None:
    read = load(GOOD.encode())
    written = dump(read.document, namespaces=read.namespaces).decode()
    for kept in ('ex:note="kept"', '<ex:deep a="1">text</ex:deep>', "0012500.50", "2025-01-01Z"):
        assert kept in written


def test_children_out_of_order_are_a_finding_and_written_in_order() -> None:
    data = GOOD.replace('  <activity-status code="2"/>\n', "").replace(
        "  <title>", '  <activity-status code="2"/>\n  <title>'
    )
    read = load(data.encode())
    assert [one.line for one in read.findings] == [7, 8, 9]
    again = load(dump(read.document))
    assert not again.findings


def test_an_element_that_stands_twice_is_kept_and_told() -> None:
    read = load(changed('<activity-status code="2"/>', '<activity-status code="2"/><activity-status code="3"/>'))
    assert [one.line for one in read.findings] == [9]
    assert dump(read.document).decode().count("activity-status") == 2


def test_contacts_are_left_out_unless_somebody_asks_for_them() -> None:
    document = load(GOOD.encode()).document
    assert b"person@example.org" not in dump(document)
    assert b"person@example.org" in dump(document, contacts=True)


def test_what_was_left_out_is_told_with_its_line() -> None:
    bare, findings = without_contacts(load(GOOD.encode()).document)  # type: ignore[arg-type]
    assert not bare.items[0].contacts
    assert [(one.kind, one.line, one.activity) for one in findings] == [("withheld", 11, "XA-GOV-1-A")]


def test_a_code_that_is_in_no_list_is_told_with_its_place() -> None:
    (finding,) = ruleset.check(load(changed('type="2" iso-date', 'type="7" iso-date')), NOW)[1:]
    assert (finding.kind, finding.rule, finding.line) == ("code", "ActivityDateType", 10)
    assert finding.path.endswith("activity-date/@type")


def test_an_identifier_used_twice_is_told() -> None:
    second = GOOD[GOOD.index(" <iati-activity ") : GOOD.index("</iati-activities>")]
    read = load(GOOD.replace("</iati-activities>", second + "</iati-activities>").encode())
    assert "line 4 has this identifier too" in [one.message for one in ruleset.check(read, NOW)]


def test_the_rule_of_a_finding_says_what_it_asks_for() -> None:
    (finding,) = ruleset.check(load(changed('<sector code="15240"/>', '<sector code="15240" percentage="60"/>')), NOW)
    assert (finding.rule, finding.severity, finding.line) == ("2.1.4", "error", 13)


def test_titles_in_several_languages_of_the_first_series_are_one_title() -> None:
    old = """<iati-activities version="1.04"><iati-activity>
      <title xml:lang="en">Marking</title><title xml:lang="fr">Marquage</title>
      <activity-website>https://example.org</activity-website>
      <iati-identifier>XA-1</iati-identifier></iati-activity></iati-activities>"""
    read = load(old.encode())
    (activity,) = read.activities
    assert activity.title
    assert [(one.lang, one.text) for one in activity.title.narratives] == [("en", "Marking"), ("fr", "Marquage")]
    assert b"activity-website>https://example.org<" in dump(read.document)


def test_what_is_others_own_keeps_its_own_space() -> None:
    mixed = "<ex:p>some <ex:b>bold</ex:b><ex:i>text</ex:i> here</ex:p><ex:q><ex:b>x</ex:b></ex:q>"
    read = load(changed("<ex:extra>", f"{mixed}<ex:extra>"))
    assert mixed in dump(read.document, namespaces=read.namespaces).decode().replace(
        "</ex:p>\n    <ex:q>", "</ex:p><ex:q>"
    )
