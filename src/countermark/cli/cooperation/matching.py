"""`countermark cooperation match`: the best use of all offers for all needs of a file; it needs no store.

`countermark cooperation matching`: the same for the needs and offers of the store at hand, kept as runs.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import msgspec

from countermark.cli.common import actor, done, json_option, print_json, ready
from countermark.cli.cooperation.common import known, listed, speaking, today, viewer
from countermark.cooperation.matching import answers, market
from countermark.cooperation.matching.answers import Answer
from countermark.cooperation.matching.market import Market


@click.command("match")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--overrides",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What an officer decided, a JSON list of pairs to fix, limit or forbid, beside those in FILE.",
)
@json_option
def match(file: Path, overrides: Path | None, as_json: bool) -> None:
    """Matches the needs and offers of FILE (JSON, `-` for standard input) so that most is achieved for what is most pressing."""
    try:
        asked = _read(file, overrides)
        found = answers.answer(asked)
    except market.Refused as refusal:
        raise click.UsageError("\n".join(refusal.problems)) from refusal
    if as_json:
        print_json(found.as_json())
        return
    for line in _lines(asked, found):
        click.echo(line)


def _read(file: Path, overrides: Path | None) -> Market:
    asked = market.read(_bytes(file))
    if overrides is None:
        return asked
    try:
        more = json.loads(_bytes(overrides), parse_float=Decimal)
        some = msgspec.convert(more, list[market.Override])
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise click.UsageError(f"{overrides}: {error}") from error
    return market.checked(msgspec.structs.replace(asked, overrides=[*asked.overrides, *some]))


def _bytes(file: Path) -> bytes:
    try:
        with click.open_file(str(file), "rb") as stream:
            data: bytes = stream.read()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
    return data


def _lines(asked: Market, found: Answer) -> Iterator[str]:
    """The answer for people."""
    for match in found.matches:
        yield f"{match.need}  from {match.offer}  {_money(match.amount, asked)} ({100 * match.share:.4g} %)"
        yield from (f"    - {reason}" for reason in match.reasons)
    for unmet in found.unmet:
        yield f"{unmet.need}  lacks {_money(unmet.amount, asked)}: {unmet.why}"
    all_ = answers.totals(asked, found)
    sums = (f"{what} {_money(sum_, asked)}" for what, sum_ in zip(("asked", "offered", "matched"), all_, strict=True))
    yield ", ".join(sums)
    proven = (
        "which is the best there is" if found.gap < 1e-8 else f"at most {100 * found.gap:.2g} % below the best there is"
    )
    yield f"objective {found.objective:.6g}, {proven}; one need after the other: {found.greedy:.6g}"
    if found.overrides is not None:
        yield from _cost(found.overrides)


def _money(amount: Decimal, asked: Market) -> str:
    return f"{amount:f} {asked.currency}".rstrip()


def _cost(cost: answers.Cost) -> Iterator[str]:
    yield f"the overrides cost {cost.cost:.6g}: without them the objective is {cost.objective_without:.6g}"
    yield from (f"  {one.need} loses: {one.amount:f} instead of {one.without:f}" for one in cost.loses)
    yield from (f"  {one.need} gains: {one.amount:f} instead of {one.without:f}" for one in cost.gains)


@click.group("matching")
def matching() -> None:
    """Needs and offers of the store matched: who should help whom, and why."""


@matching.command("list")
@json_option
def list_runs(as_json: bool) -> None:
    """Lists the runs, the newest first."""
    ready()
    listed("matching", "matchings", "", as_json)


@matching.command("run")
@click.argument("currency")
@click.option("--readiness", is_flag=True, help="Prepared needs count up to a quarter more.")
@json_option
def run(currency: str, readiness: bool, as_json: bool) -> None:
    """Matches the open needs and offers in CURRENCY that may be seen."""
    ready()
    from countermark.cooperation.matching import runs

    key = done(runs.match, currency=currency, today=today(), actor=speaking(), by=actor(), readiness=readiness)
    _shown(key, as_json)


@matching.command("show")
@click.argument("run_id", metavar="RUN")
@json_option
def show_run(run_id: str, as_json: bool) -> None:
    """Shows who helps whom and why, and what stops what is unmet."""
    ready()
    _shown(run_id, as_json)


@matching.command("decide")
@click.argument("run_id", metavar="RUN")
@click.argument("need")
@click.argument("offer")
@click.option("--fix", default="", metavar="AMOUNT", help="The offer gives the need exactly this.")
@click.option("--limit", default="", metavar="AMOUNT", help="It gives at most this.")
@click.option("--forbid", is_flag=True, help="It gives nothing.")
@click.option("--reason", required=True)
@json_option
def decide(run_id: str, need: str, offer: str, fix: str, limit: str, forbid: bool, reason: str, as_json: bool) -> None:
    """Matches the same again with a decision about one pair, and says what that costs."""
    if bool(fix) + bool(limit) + forbid != 1:
        raise click.UsageError("exactly one of --fix, --limit and --forbid says what is decided")
    ready()
    from countermark.cooperation.matching import runs

    said = {"fix": fix, "limit": limit, "forbid": forbid, "reason": reason}
    _shown(done(runs.override, run_id, need, offer, **said, actor=speaking(), by=actor()), as_json)


@matching.command("take-back")
@click.argument("run_id", metavar="RUN")
@click.argument("need")
@click.argument("offer")
@json_option
def take_back(run_id: str, need: str, offer: str, as_json: bool) -> None:
    """Matches the same again without what was decided about a pair."""
    ready()
    from countermark.cooperation.matching import runs

    _shown(done(runs.without, run_id, need, offer, actor=speaking(), by=actor()), as_json)


def _shown(key: str, as_json: bool) -> None:
    from countermark.cooperation.matching import runs

    one = known("matching", key)
    found = done(runs.document, one)
    from countermark.cooperation.matching import telling

    if as_json:
        print_json({"id": key, **one.value, **telling.spelled(found.answer.as_json(), telling.texts_of(found))})
        return
    names = telling.Told(viewer(), found)
    click.echo(f"matching {key} of {one.value['day']}")
    for line in _lines(found.market, found.answer):
        click.echo(names.named(line))


COMMANDS: tuple[click.Command, ...] = (match, matching)
