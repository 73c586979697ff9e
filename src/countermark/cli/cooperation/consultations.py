"""`countermark cooperation consultations`: rounds by note verbale, their replies, and what these come to."""

from pathlib import Path
from typing import Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, text_of, write
from countermark.cli.cooperation.common import described, known, listed, speaking, told

_key = click.argument("key", metavar="ROUND")


@click.group("consultations")
def consultations() -> None:
    """Rounds by which one asks others for their views: written, sent, answered, reminded of, analysed."""


@consultations.command("list")
@click.option("--state", default="", help="draft, open or closed.")
@json_option
def list_rounds(state: str, as_json: bool) -> None:
    """Lists the rounds one runs or is asked in, the newest first."""
    ready()
    listed("round", "rounds", state, as_json)


@consultations.command("show")
@_key
@json_option
def show_round(key: str, as_json: bool) -> None:
    """Shows one."""
    ready()
    told(described(known("round", key)), as_json)


@consultations.command("write")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", default="", metavar="ROUND", help="A draft to say anew.")
@click.option("--request", default="", metavar="KEY", help="Said twice with one key, done once.")
@json_option
def write_round(file: Path, key: str, request: str, as_json: bool) -> None:
    """Writes a round from a JSON file: title, text, due, addressees, questions (kind, text, choices), reference."""
    ready()
    from countermark.cooperation.consultation import rounds

    made = rounds.draft(_read(file, rounds.Said), actor=speaking(), by=actor(), key=key, request=request)
    told(described(known("round", made)), as_json)


def _read(file: Path, shape: Any) -> Any:
    try:
        return msgspec.json.decode(text_of(file).encode(), type=shape)
    except msgspec.DecodeError as error:
        raise click.UsageError(f"{file}: {error}") from error


@consultations.command("send")
@_key
@click.argument("day")
@json_option
def send(key: str, day: str, as_json: bool) -> None:
    """Says on which day the note was sent."""
    ready()
    from countermark.cooperation.consultation import rounds

    rounds.send(key, day, actor=speaking(), by=actor())
    told(described(known("round", key)), as_json)


@consultations.command("extend")
@_key
@click.argument("due")
@click.option("--addressee", "addressees", multiple=True, help="Whom to ask too.")
@json_option
def extend(key: str, due: str, addressees: tuple[str, ...], as_json: bool) -> None:
    """Gives more time, or asks others too."""
    ready()
    from countermark.cooperation.consultation import rounds

    rounds.extend(key, due, addressees=addressees, actor=speaking(), by=actor())
    told(described(known("round", key)), as_json)


@consultations.command("close")
@_key
@json_option
def close(key: str, as_json: bool) -> None:
    """Closes a round: no reply is taken any more."""
    ready()
    from countermark.cooperation.consultation import rounds

    rounds.close(key, actor=speaking(), by=actor())
    told(described(known("round", key)), as_json)


@consultations.command("reply")
@_key
@click.argument("addressee")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def reply(key: str, addressee: str, file: Path, as_json: bool) -> None:
    """Records a reply from a JSON file: answers (by number of the question), received, remarks."""
    ready()
    from countermark.cooperation.consultation import rounds

    known("round", key)
    rounds.reply(key, addressee, _read(file, rounds.Answered), actor=speaking(), by=actor())
    told(described(known("roundreply", rounds.reply_key(key, addressee))), as_json)


@consultations.command("waiting")
@_key
@click.option("--reminded", default="", metavar="DAY", help="Note that they were reminded on that day.")
@json_option
def waiting(key: str, reminded: str, as_json: bool) -> None:
    """Lists who has not replied."""
    ready()
    from countermark.cooperation import actors
    from countermark.cooperation.consultation import rounds, rules

    found = rounds.mine(key, speaking())
    if reminded:
        rounds.remind(key, reminded, actor=speaking(), by=actor())
    silent = rules.silent(found.of(rounds.Round).partners, rounds.replies(found))
    names = actors.names(silent)
    if as_json:
        print_json({"due": found.due, "silent": [{"id": one, "name": names[one]} for one in silent]})
        return
    for one in silent:
        click.echo(f"{names[one]}  {one}  {found.due}")


@consultations.command("analysis")
@_key
@json_option
def analysis(key: str, as_json: bool) -> None:
    """What the replies come to, question by question."""
    ready()
    from countermark.cooperation import acts, queries
    from countermark.cooperation.consultation import rounds

    found = rounds.mine(key, speaking())
    texts = acts.texts_of([found, *rounds.replies_of(found).values()])
    questions = [queries.spelled(msgspec.to_builtins(one), texts) for one in rounds.tallies(found)]
    if as_json:
        print_json({"round": key, "questions": questions})
        return
    for one in questions:
        click.echo(
            f"{one['question']['key']}. {one['question']['text']}: {one['answered']} of {one['replies']} replies"
        )
        for choice, count in zip(one["question"].get("choices", ()), one["counts"], strict=False):
            click.echo(f"   {count}  {choice}")
        for who, said in [*one["numbers"], *one["words"]]:
            click.echo(f"   {who}: {said}")


@consultations.command("note")
@_key
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", default="", metavar="ACTOR", help="To this addressee alone.")
@click.option("--reminder", is_flag=True, help="As a reminder of it.")
@json_option
def note(key: str, file: Path, to: str, reminder: bool, as_json: bool) -> None:
    """Writes the note verbale as a PDF."""
    ready()
    from countermark.cooperation.consultation import papers, rounds
    from countermark.register.typesetting import NoPaper

    found = rounds.mine(key, speaking())
    if to and to not in found.of(rounds.Round).partners:
        raise cli.Finding(f"{to} is no addressee of this round")
    try:
        write(file, papers.note(found, to, reminder=reminder))
    except NoPaper as problem:
        raise cli.Finding(str(problem)) from problem
    told({"file": str(file)}, as_json)


COMMANDS = (consultations,)
