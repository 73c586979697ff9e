"""Calls, applications and their scores."""

import click

from countermark import cli
from countermark.cli.common import actor, done, json_option, print_json, ready, show
from countermark.cli.cooperation.common import person, speaking, told, viewer
from countermark.cli.cooperation.fund.common import (
    fund,
    gate,
    keeps,
    key_argument,
    known_one,
    listed,
    reader,
    region_option,
    request_option,
    state_option,
    theme_option,
)


@fund.command("calls")
@state_option
@json_option
def calls(state: str, as_json: bool) -> None:
    """Lists calls for proposals."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.fund.shapes import CALL

    listed(acts.subjects(CALL, **({"state": state} if state else {})), "calls", as_json)


@fund.command("call")
@click.argument("window")
@click.option("--title", required=True)
@click.option("--currency", required=True)
@click.option("--budget", required=True)
@click.option("--ceiling", default="", help="At most for one award.")
@click.option("--opens", required=True, metavar="DAY")
@click.option("--closes", required=True, metavar="DAY")
@click.option("--criterion", "criteria", multiple=True, required=True, nargs=4, metavar="CODE LABEL WEIGHT BEST", help="Repeat; weights add up to 100.")  # fmt: skip
@click.option("--scorer", "scorers", multiple=True, required=True, help="A user; repeat.")
@theme_option
@region_option
@click.option("--conditions", default="")
@request_option
@json_option
def call(window: str, title: str, currency: str, budget: str, ceiling: str, opens: str, closes: str, criteria: tuple[tuple[str, str, str, str], ...], scorers: tuple[str, ...], themes: tuple[str, ...], regions: tuple[str, ...], conditions: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Opens a call for proposals."""
    ready()
    keeps()
    from countermark.cooperation.fund import calls as services

    try:
        judged = [(code, label, int(weight), int(best)) for code, label, weight, best in criteria]
    except ValueError as error:
        raise click.UsageError("--criterion: weight and best mark are whole numbers") from error
    said = services.CallSaid(
        window=window, title=title, currency=currency, budget=budget, ceiling=ceiling, opens=opens, closes=closes, criteria=judged,
        scorers=scorers, themes=themes, regions=regions, conditions=conditions,
    )  # fmt: skip
    told({"call": done(services.open_call, said, by=actor(), request=request)}, as_json)


@fund.command("call-close")
@key_argument
@json_option
def call_close(key: str, as_json: bool) -> None:
    """Ends a call."""
    ready()
    keeps()
    from countermark.cooperation.fund import calls as services

    services.close_call(key, by=actor())
    told({"call": key, "state": "closed"}, as_json)


@fund.command("apply")
@click.argument("call_id", metavar="CALL")
@click.option("--for", "recipient", required=True, help="The key of the State it is for.")
@click.option("--title", required=True)
@click.option("--amount", required=True)
@click.option("--months", required=True, type=int)
@click.option("--theme", required=True)
@click.option("--summary", required=True)
@click.option(
    "--cost", "budget", multiple=True, nargs=2, metavar="CATEGORY AMOUNT", help="A line of the budget; repeat."
)
@click.option("--project", default="")
@click.option("--fact", "facts", multiple=True, nargs=2, metavar="NAME VALUE", help="What a rule asks: yes, no or a value; repeat. What is not said is not known.")  # fmt: skip
@request_option
@json_option
def apply(call_id: str, recipient: str, title: str, amount: str, months: int, theme: str, summary: str, budget: tuple[tuple[str, str], ...], project: str, facts: tuple[tuple[str, str], ...], request: str, as_json: bool) -> None:  # fmt: skip
    """Applies to a call, for the actor one speaks for."""
    ready()
    from countermark.cooperation.fund import calls as services

    for name, _value in facts:
        if name not in services.ASKED:
            raise click.UsageError(f"--fact: {name!r} is none of {', '.join(services.ASKED)}")
    said = services.ApplicationSaid(
        call=call_id, recipient=recipient, title=title, amount=amount, months=months, theme=theme, summary=summary, budget=budget,
        project=project, facts={name: _fact(value) for name, value in facts},
    )  # fmt: skip
    told({"application": services.apply(said, applicant=speaking(), by=actor(), request=request)}, as_json)


def _fact(text: str) -> bool | int | str:
    if text in ("yes", "no"):
        return text == "yes"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


@fund.command("applications")
@click.option("--call", "call_id", default="")
@json_option
def applications(call_id: str, as_json: bool) -> None:
    """Lists applications one may see."""
    ready()
    from countermark.cooperation.fund import queries

    listed(queries.applications(reader(), call_id), "applications", as_json)


@fund.command("judge")
@key_argument
@json_option
def judge(key: str, as_json: bool) -> int:
    """Says what the dated rules of the facility say of an application; exit status 1 where it is not eligible, or cannot be said."""
    ready()
    from countermark.cooperation.fund import calls as services
    from countermark.cooperation.fund.rules import eligibility
    from countermark.cooperation.fund.shapes import APPLICATION

    found = services.findings(known_one(APPLICATION, key))
    verdict = eligibility.verdict(found)
    lines = [
        {
            "rule": one.rule,
            "result": one.result,
            "force": one.force,
            "message": one.message,
            "fact": one.fact,
            "source": one.source,
        }
        for one in found
    ]
    if as_json:
        print_json({"verdict": verdict, "findings": lines})
    else:
        click.echo(verdict)
        show(lines, "findings", as_json=False)
    return cli.OK if verdict == "eligible" else cli.FINDINGS


@fund.command("agree")
@key_argument
@json_option
def agree(key: str, as_json: bool) -> None:
    """The State an application is for agrees to it, by its authority."""
    ready()
    from countermark.cooperation.fund import calls as services

    services.agree(key, speaks_for=gate(), by=actor())
    told({"application": key, "state": "agreed"}, as_json)


@fund.command("score")
@key_argument
@click.option("--mark", "marks", multiple=True, required=True, nargs=2, metavar="CODE MARK", help="Repeat.")
@click.option("--comment", default="")
@json_option
def score(key: str, marks: tuple[tuple[str, str], ...], comment: str, as_json: bool) -> None:
    """Gives one's marks, once, as the scorer named by `--as`."""
    ready()
    from countermark.cooperation.fund import calls as services

    user = person()
    if user is None:
        raise click.UsageError("a scorer is named with --as")
    try:
        given = {code: int(mark) for code, mark in marks}
    except ValueError as error:
        raise click.UsageError("--mark: a whole number") from error
    services.score(key, given, comment, scorer=user, speaks_for=viewer().actor, by=actor())
    told({"application": key}, as_json)


@fund.command("reject")
@key_argument
@click.option("--reason", required=True)
@json_option
def reject(key: str, reason: str, as_json: bool) -> None:
    """Rejects an application."""
    ready()
    keeps()
    from countermark.cooperation.fund import calls as services

    services.reject(key, reason, by=actor())
    told({"application": key, "state": "rejected"}, as_json)


@fund.command("withdraw")
@key_argument
@click.option("--reason", required=True)
@json_option
def withdraw(key: str, reason: str, as_json: bool) -> None:
    """Takes back an application of the actor one speaks for."""
    ready()
    from countermark.cooperation.fund import calls as services

    services.withdraw(key, reason, speaks_for=speaking(), by=actor())
    told({"application": key, "state": "withdrawn"}, as_json)
