"""`countermark trace`: one weapon from options, or a file of readings."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, progress, ready

FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--reading", "readings", multiple=True, metavar="[P=]TEXT", help="A mark as read; P= names its component."
)
@click.option("--maker", default="")
@click.option("--country", default="")
@click.option("--kind", default="")
@click.option("--calibre", default="")
@click.option("--component", default="", help="Component of a single reading.")
@click.option("--mark-kind", default="")
@click.option("--readings", "file", type=FILE, help="A readings file: one answer a line in OUT.")
@click.option("--out", type=FILE)
@click.option("--absent-prior", type=click.FloatRange(0, 1), default=0.10, show_default=True)
@click.option("--top", type=click.IntRange(1, 10), default=10, show_default=True)
@json_option
def trace(**options: Any) -> int:
    """Finds the weapons that a reading of their marks may belong to, with probabilities."""
    if options["file"]:
        if not options["out"]:
            raise click.UsageError("--readings needs --out FILE.jsonl")
        if options["readings"] or options["component"] or options["mark_kind"] or any(_evidence(options).values()):
            raise click.UsageError("--readings takes readings and evidence from the file")
        return _trace_file(options)
    if not options["readings"]:
        raise click.UsageError("give --reading TEXT, or --readings FILE --out FILE.jsonl")
    return _trace_one(options)


def _trace_one(options: dict[str, Any]) -> int:
    ready()
    from countermark.tracing import queries

    marks = [_component_and_text(text, options["component"]) for text in options["readings"]]
    query = queries.query_of(
        [(component, text, options["mark_kind"]) for component, text in marks], **_evidence(options)
    )
    try:
        traced = queries.trace(query, _search_options(options))
    except queries.SearchError as error:
        if options["as_json"]:
            print_json({"outcome": "error", "error": {"column": error.column, "message": str(error.message)}})
        else:
            click.echo(f"{error.column}: {error.message}", err=True)
        return cli.FINDINGS
    answer = traced.as_dict()
    if options["as_json"]:
        print_json(answer)
    else:
        print_answer(answer)
    return cli.OK


def _evidence(options: dict[str, Any]) -> dict[str, str]:
    return {name: options[name] for name in ("maker", "country", "kind", "calibre")}


def _search_options(options: dict[str, Any]) -> Any:
    from countermark.tracing.queries import Options

    return Options(absent_prior=options["absent_prior"], top=options["top"])


def _component_and_text(text: str, component: str) -> tuple[str, str]:
    """`frame=TKD4??13` names the component; an equals sign behind anything else belongs to the reading."""
    from countermark.register.files.vocabulary import COMPONENTS

    name, equals, rest = text.partition("=")
    return (name, rest) if equals and name in COMPONENTS else (component, text)


def print_answer(answer: dict[str, Any]) -> None:
    """The answer as a table with its reasons."""
    headline = {
        "identified": "identified",
        "several": "several weapons fit",
        "none": "probably not in this register",
    }[answer["outcome"]]
    click.echo(f"{headline}; not registered {answer['not_registered']:.1%}")
    for rank, candidate in enumerate(answer["candidates"], 1):
        described = " ".join(filter(None, (candidate["maker"], candidate["model"], candidate["calibre"])))
        click.echo(
            f"{rank:>3}  {candidate['probability']:>6.1%}  {candidate['mark']:<18} {described}  [{candidate['ref']}]"
        )
        click.echo(f"             {candidate['weapon_id']}")
        for reason in candidate["explanation"]:
            click.echo(f"             - {reason}")
    if answer["bounded"]:
        click.echo("the search met a bound: more weapons may fit; add evidence")
    if answer["restore_next"] is not None:
        click.echo(f"restore place {answer['restore_next'] + 1} next: it would tell the candidates apart best")


def _trace_file(options: dict[str, Any]) -> int:
    ready()
    from countermark.ledger import store
    from countermark.register.files import readings as readings_file

    source, out = options["file"], options["out"]
    stream = readings_file.read_readings(source)
    queries = list(stream)
    part = out.with_name(out.name + ".part")
    head = _resume_key(source, options, store.total_size())
    done = _already_done(part, head)
    show = progress("tracing")
    with part.open("ab" if done else "wb") as file:
        if not done:
            file.write(head)
        errors = any(done)
        for number, answer in enumerate(_answers(queries[len(done) :], options), len(done) + 1):
            errors = errors or answer["outcome"] == "error"
            file.write(msgspec.json.encode(answer) + b"\n")
            file.flush()
            show(number, len(queries))
    _finish(part, out, len(head))
    if options["as_json"]:
        print_json({"answers": len(queries), "out": str(out), "errors": errors})
    return cli.FINDINGS if errors else cli.OK


def _resume_key(source: Path, options: dict[str, Any], tree_size: int) -> bytes:
    """First line of the part file: an interrupted run goes on only with the same readings, options and tree size."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    key = {"readings": digest, "absent_prior": options["absent_prior"], "top": options["top"], "tree_size": tree_size}
    return json.dumps(key, sort_keys=True).encode() + b"\n"


def _already_done(part: Path, head: bytes) -> list[bool]:
    """For each answer already in the part file whether it is an error; empty when the file cannot be gone on with."""
    try:
        content = part.read_bytes()
    except FileNotFoundError:
        return []
    whole = content[: content.rfind(b"\n") + 1]
    if not whole.startswith(head):
        return []
    lines = whole[len(head) :].splitlines()
    if len(whole) < len(content):
        part.write_bytes(whole)
    try:
        return [_ANSWER.decode(line).outcome == "error" for line in lines]
    except msgspec.DecodeError:
        return []  # what a failing disk left behind


class _Answered(msgspec.Struct):
    outcome: str


_ANSWER = msgspec.json.Decoder(_Answered)


def _finish(part: Path, out: Path, head: int) -> None:
    """Drops the first line and puts the answers where they belong, whole or not at all."""
    draft = out.with_name(out.name + ".new")
    with part.open("rb") as source, draft.open("wb") as target:
        source.seek(head)
        while block := source.read(1 << 20):
            target.write(block)
    draft.replace(out)
    part.unlink()


def _answers(asked: Sequence[Any], options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One answer a query, in their order; those that can be used are traced as one batch."""
    from countermark.tracing import queries

    usable = (_query(one) for one in asked if not one.errors)
    traced = queries.trace_many(usable, _search_options(options))
    for one in asked:
        if one.errors:
            error = one.errors[0]
            message = f"row {error.row}: {error.value!r}; expected {error.expected}"
            yield _error(one.query_id, error.column, message)
            continue
        answer = next(traced)
        if isinstance(answer, queries.SearchError):
            yield _error(one.query_id, answer.column, str(answer.message))
        else:
            yield answer.as_dict(one.query_id)


def _query(asked: Any) -> Any:
    from countermark.tracing import queries

    evidence = {
        name: next((getattr(row, name) for row in asked.readings if getattr(row, name)), "")
        for name in ("maker", "country", "kind", "calibre")
    }
    return queries.query_of([(row.component, row.reading, row.mark_kind) for row in asked.readings], **evidence)


def _error(query_id: str, column: str, message: str) -> dict[str, Any]:
    return {"query_id": query_id, "outcome": "error", "error": {"column": column, "message": message}}


@click.command("learn")
@click.option(
    "--switch", is_flag=True, help="Take what was learned into use, if it answers the readings held back better."
)
@click.option("--usual", is_flag=True, help="Go back to what comes with the program.")
@json_option
def learn(switch: bool, usual: bool, as_json: bool) -> None:
    """Learns from confirmed identifications how marks are misread here and how often evidence is wrong, and shows what that is worth."""
    ready()
    from countermark.tracing import learning

    if switch and usual:
        raise click.UsageError("--switch and --usual exclude each other")
    try:
        learned = learning.switch(by=actor()) if switch else learning.learn()
    except learning.NotLearned as why:
        raise cli.Finding(str(why)) from why
    if usual:
        learning.go_back(by=actor())
    if as_json:
        print_json({**msgspec.to_builtins(learned), "switched": switch})
        return
    click.echo(
        f"{learned.confirmed:,} confirmed identifications, {learned.held_back:,} of them held back to measure by"
    )
    for name, accuracy in (("in use", learned.old), ("learned", learned.new)):
        if accuracy is None:
            click.echo(f"{name}: not measured, too few are held back")
        else:
            shares = f"{accuracy.recall_1:.3f} first, {accuracy.recall_10:.3f} among ten"
            honest = f"log-probability {accuracy.log_probability:.3f}, calibration error {accuracy.calibration:.3f}"
            click.echo(f"{name}: {shares}, {honest}")
    for name, share in learned.weights.items():
        click.echo(f"{name} plainly wrong: {learned.weights_in_use[name]:.3f} in use, {share:.3f} learned")
    click.echo("taken into use" if switch else "nothing was changed" if not usual else "the usual one is in use")


COMMANDS: dict[str, click.Command] = {"trace": trace, "learn": learn}
