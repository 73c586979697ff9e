"""`countermark forms`: numbered paper forms, issued, listed, declared void. They are printed from the pages."""

from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, ready
from countermark.ledger.reasons import Reason


@click.group("forms")
def forms() -> None:
    """Numbers paper forms, lists those still out, declares lost ones void; `add --form CODE` keys one, `stockpile key-form` a hand-over."""


@forms.command("issue")
@click.argument("kind", type=click.Choice(["weapon", "event", "correction", "issue", "return"]))
@click.option("--event", default="", help="The event an event form is for.")
@click.option("--weapon", "weapon_id", default="", help="The id of the weapon, where it is known.")
@click.option("--copies", type=int, default=1, show_default=True)
@click.option("--to", default="", metavar="NAME", help="Who takes them along.")
@json_option
def issue(kind: str, event: str, weapon_id: str, copies: int, to: str, as_json: bool) -> int:
    """Numbers forms of a kind; /forms/sheet/?code=CODE prints them."""
    ready()
    from countermark.register import papers

    made = papers.issue(kind, event=event, weapon_id=weapon_id, copies=copies, to=to, by=actor())
    _show([_line(form) for form in made], as_json)
    return cli.OK


@forms.command("list")
@json_option
def list_forms(as_json: bool) -> int:
    """Lists the forms that are still out, the oldest first."""
    ready()
    from countermark.register import papers

    _show([_line(form) for form in papers.outstanding()], as_json)
    return cli.OK


@forms.command("void")
@click.argument("code")
@because("form_voided")
@json_option
def void(code: str, reason: Reason, as_json: bool) -> int:
    """Declares a form lost or spoiled: it can no longer be keyed."""
    ready()
    from countermark.register import papercodes, papers

    form = papers.find(code)
    if form is None:
        raise cli.Finding(f"no form has the code {code}")
    papers.void(form.code, reason, by=actor())
    shown = papercodes.shown(form.code)
    if as_json:
        print_json({"form": shown, "state": papers.VOID})
    else:
        click.echo(f"{shown} is void")
    return cli.OK


def _line(form: Any) -> dict[str, str]:
    from countermark.register import papercodes, papers

    return {
        "form": papercodes.shown(form.code),
        "kind": papercodes.kind_of(form.code),
        "for": papers.title(form),
        "issued": form.issued,
        "by": form.issued_by,
    }


def _show(lines: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        print_json({"forms": lines})
        return
    for line in lines:
        click.echo(f"{line['form']}  {line['for']}  issued {line['issued']} by {line['by']}")


COMMANDS: dict[str, click.Command] = {"forms": forms}
