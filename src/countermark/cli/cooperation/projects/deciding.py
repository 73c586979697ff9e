"""The authority, the gates, overlaps and terms."""

from pathlib import Path

import click

from countermark import cli
from countermark.cli.common import json_option, ready
from countermark.cli.cooperation.projects.common import did, key_argument, maybe_option, project, words_option


@project.command("authority")
@key_argument
@click.argument("user")
@json_option
def authority(key: str, user: str, as_json: bool) -> None:
    """Names who passes the gates for the recipient; the recipient does."""
    ready()
    from countermark.accounts.models import User
    from countermark.cooperation.projects import services

    named = User.objects.filter(username=user, disabled=False).first()
    if named is None:
        raise cli.Finding(f"{user} is nobody who may be named")
    did(services.name_authority, key, named, as_json=as_json)


@project.command("ask")
@key_argument
@maybe_option
@json_option
def ask(key: str, words: str, as_json: bool) -> None:
    """Asks for the gate of the stage to be passed."""
    ready()
    from countermark.cooperation.projects import services

    did(services.ask_gate, key, words=words, as_json=as_json)


@project.command("pass")
@key_argument
@click.argument("gate")
@words_option
@json_option
def pass_gate(key: str, gate: str, words: str, as_json: bool) -> None:
    """Passes a gate: only in the name (`--as`) of the authority the recipient has named."""
    ready()
    from countermark.cooperation.projects import services

    did(services.pass_gate, key, gate, words=words, as_json=as_json)


@project.command("decline")
@key_argument
@click.argument("gate")
@words_option
@json_option
def decline(key: str, gate: str, words: str, as_json: bool) -> None:
    """Does not pass a gate that was asked for."""
    ready()
    from countermark.cooperation.projects import services

    did(services.decline_gate, key, gate, words=words, as_json=as_json)


@project.command("back")
@key_argument
@click.argument("stage")
@words_option
@json_option
def back(key: str, stage: str, words: str, as_json: bool) -> None:
    """Sends a project back to an earlier stage, as its authority."""
    ready()
    from countermark.cooperation.projects import services

    did(services.send_back, key, stage, words=words, as_json=as_json)


@project.command("cancel")
@key_argument
@words_option
@json_option
def cancel(key: str, words: str, as_json: bool) -> None:
    """Ends a project before its time, as its authority."""
    ready()
    from countermark.cooperation.projects import services

    did(services.cancel, key, words=words, as_json=as_json)


@project.command("look")
@key_argument
@json_option
def look(key: str, as_json: bool) -> None:
    """Looks for what others do on the same theme, place and period, and records that it was looked for."""
    ready()
    from countermark.cooperation.projects import agreeing

    did(agreeing.look_for_overlaps, key, as_json=as_json)


@project.command("answer")
@key_argument
@click.argument("overlap")
@words_option
@json_option
def answer(key: str, overlap: str, words: str, as_json: bool) -> None:
    """Answers an overlap, as the recipient; OVERLAP as `show` names it."""
    ready()
    from countermark.cooperation.projects import agreeing

    did(agreeing.answer_overlap, key, overlap, words, as_json=as_json)


@project.command("terms")
@key_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--title", required=True)
@json_option
def terms(key: str, file: Path, title: str, as_json: bool) -> None:
    """Offers a document (PDF, JPEG, PNG) to agree on."""
    ready()
    from countermark.cooperation.projects import agreeing

    try:
        data = file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error}") from error
    did(agreeing.offer_terms, key, title, data, as_json=as_json)


@project.command("sign")
@key_argument
@click.argument("sha256")
@json_option
def sign(key: str, sha256: str, as_json: bool) -> None:
    """Signs the terms that were offered last, by their SHA-256, for whom one speaks for."""
    ready()
    from countermark.cooperation.projects import agreeing

    did(agreeing.sign_terms, key, sha256, as_json=as_json)
