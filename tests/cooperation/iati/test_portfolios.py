"""Laws over random portfolios: what is written is valid by the official schema and reads back as it was; the rules agree with the official ones."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from countermark.cooperation.iati import ruleset
from countermark.cooperation.iati.model import Activities, Organisations
from countermark.cooperation.iati.reading import load
from countermark.cooperation.iati.writing import dump
from tests.conftest import SCALE
from tests.cooperation.iati import oracle, strategies
from tests.cooperation.iati.standard import needs_standard, schema


def problems(root: Any, official: Any) -> list[Any]:
    official.validate(root)
    return list(official.error_log)


NOW = datetime(2026, 11, 30, tzinfo=UTC)
FEW = settings(max_examples=min(20 * SCALE, 300))


@needs_standard
@FEW
@given(strategies.seeds)
def test_any_portfolio_is_written_valid_by_the_official_schema(seed: int) -> None:
    root = load(dump(strategies.portfolio(seed), contacts=True)).root
    assert not problems(root, schema())


@needs_standard
@FEW
@given(strategies.seeds)
def test_any_organisation_file_is_written_valid_by_the_official_schema(seed: int) -> None:
    assert not problems(load(dump(strategies.organisations(seed))).root, schema("organisations"))


@FEW
@given(strategies.seeds)
def test_what_is_written_reads_back_the_same(seed: int) -> None:
    read = load(dump(strategies.portfolio(seed), contacts=True))
    assert read.document == strategies.portfolio(seed)
    assert not [one for one in read.findings if one.kind in {"unreadable", "schema"}]


@needs_standard
@FEW
@given(strategies.seeds)
def test_the_rules_say_what_the_official_ruleset_says(seed: int) -> None:
    read = load(dump(strategies.portfolio(seed)))
    assert ours(read) == theirs(read)


def ours(read: Any) -> set[tuple[str, str]]:
    return {(one.rule, one.activity) for one in ruleset.check(read, NOW) if one.kind == "rule"}


def theirs(read: Any) -> set[tuple[str, str]]:
    # A rule of one number may be asked in two places; a set is what both can be held to.
    return oracle.broken(read.root, NOW)


@pytest.mark.parametrize("cls", [Activities, Organisations])
def test_an_empty_document_says_that_it_holds_nothing(cls: Any) -> None:
    read = load(dump(cls()))
    assert any("missing" in one.message for one in read.findings)
