"""What stands on the sheet of one message, and the sheet typeset as PDF (Typst), with its reference as a DataMatrix.

ITI 17 and 18 (A/60/88, annex) name what a request and an answer say. Serial numbers, ids and dates stay left to right.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from countermark.ledger import jcs
from countermark.register import custody
from countermark.tracing.papers import labels, references
from countermark.tracing.requests import messages, proofs, shown
from countermark.tracing.requests.messages import Envelope

MOST_EVENTS = 500
MOST_CHARACTERS = 400_000
LONGEST = 20_000
"""Characters of one text on paper; a longer one ends with an ellipsis."""

TEMPLATE = Path(__file__).with_name("sheet.typ")
FONTS = Path(__file__).with_name("fonts")

Words = Mapping[str, Mapping[str, str]]


class NoPaper(Exception):
    """A sheet that cannot be typeset; says why."""


def reference(envelope: Envelope) -> str:
    """What the code on the sheet says (`references`)."""
    return references.written(envelope.conversation, envelope.side, envelope.number, digest(envelope))


def digest(envelope: Envelope) -> str:
    """SHA-256 of the message as it is kept, lower-case hex."""
    return hashlib.sha256(messages.written(envelope)).hexdigest()


def pdf(envelope: Envelope, language: str, *, draft: bool = False) -> bytes:
    """The sheet of a message as PDF, one of a `draft` with a watermark and without a code. Raises `NoPaper`."""
    return _typeset(envelope, language, "pdf", draft=draft)


def picture(envelope: Envelope, language: str, *, draft: bool = False) -> bytes:
    """The first page as PNG."""
    return _typeset(envelope, language, "png", draft=draft)


def _typeset(envelope: Envelope, language: str, form: Literal["pdf", "png"], *, draft: bool) -> bytes:
    if language not in labels.LANGUAGES:
        raise NoPaper(f"no form in {language}: {', '.join(labels.LANGUAGES)}")
    if not FONTS.is_dir():
        raise NoPaper(f"the fonts of the form are not installed ({FONTS}): make install fetches them")
    # Sixty megabytes of library that only who prints a sheet needs.
    import typst
    import zxingcpp

    # A draft is no message yet: nothing on it may lead somebody to one.
    written = "" if draft else reference(envelope)
    code = (
        zxingcpp.create_barcode(written, zxingcpp.BarcodeFormat.DataMatrix, force_square=True).to_svg()
        if written
        else ""
    )
    data = json.dumps(sheet(envelope, language, draft=draft), ensure_ascii=False)
    if len(data) > MOST_CHARACTERS:
        raise NoPaper("the message is too long for paper: take it as a file")
    try:
        made: Any = typst.compile(
            str(TEMPLATE),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format=form,
            ppi=150.0,
            sys_inputs={"data": data, "code": code},
        )
    except RuntimeError as error:
        raise NoPaper(f"the form cannot be typeset: {error}") from error
    return bytes(made[0] if isinstance(made, list) else made)


def sheet(envelope: Envelope, language: str, *, draft: bool = False) -> dict[str, Any]:
    """The data of the sheet, every text as it will stand on paper."""
    words = labels.words(language)
    history = list(_history(envelope, words))
    return {
        "language": language,
        "rtl": language in labels.RIGHT_TO_LEFT,
        "words": words["form"],
        "title": words["kinds"].get(envelope.kind, envelope.kind),
        "draft": draft,
        "blocks": [one for one in _blocks(envelope, words) if one["rows"]],
        "history": history[:MOST_EVENTS],
        "history_head": [words["event_facts"][name] for name in _FACTS],
        "digest": "" if draft else digest(envelope),
        "reference_short": f"{envelope.conversation} · {envelope.number}",
    }


_FACTS = ("date", "event", "country", "place", "from", "to")


def _blocks(envelope: Envelope, words: Words) -> Iterator[dict[str, Any]]:
    form = words["form"]
    head = [
        _row(form["sender"], [_ltr(envelope.sender)]), _row(form["receiver"], [_ltr(envelope.receiver)]),
        _row(form["request"], [_ltr(envelope.conversation)]), _row(form["number"], [_ltr(str(envelope.number))]),
        _row(form["time"], [_ltr(envelope.time[:16].replace("T", " "))]),
    ]  # fmt: skip
    yield {"title": form["instrument"], "rows": head}
    said = [
        _row(label, values)
        for name, label in words["members"].items()
        if name != "weapons" and (values := list(_values(name, envelope.body.get(name), words)))
    ]
    said += [
        _row(name, values)
        for name in _others(envelope.body, words)
        if (values := list(_values(name, envelope.body[name], words)))
    ]
    if conditions := list(_conditions(envelope.body)):
        said.append(_row(form["conditions"], conditions))
    yield {"title": words["kinds"].get(envelope.kind, envelope.kind), "rows": said}
    for number, weapon in enumerate(_weapons(envelope.body), start=1):
        rows = [
            _row(label, values)
            for name, label in words["weapon"].items()
            if (values := list(_of_weapon(name, weapon.get(name), words)))
        ]
        yield {"title": f"{form['weapon']} {number}", "rows": rows}


def _weapons(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    asked = body.get("weapons")
    told = body.get("answer")
    found = asked if isinstance(asked, list) else [told.get("weapon")] if isinstance(told, Mapping) else []
    return [one for one in found if isinstance(one, Mapping)]


def _values(name: str, value: Any, words: Words) -> Iterator[dict[str, Any]]:
    """A member of a message; codes of closed lists in words, with the code."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if one in (None, "") or isinstance(one, Mapping):
            continue
        if (word := words.get(name, {}).get(str(one))) is not None:
            yield _text(f"({one}) {word}")
        else:
            yield _ltr(str(one)) if name in _EXACT else _text(str(one))


def _others(body: Mapping[str, Any], words: Words) -> list[str]:
    """Members of a message that the form has no words for: what another program says is not left out."""
    return [name for name in body if name not in words["members"] and name not in ("answer", "handling", "conditions")]


def _conditions(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """How what is told is to be handled (ITI 15): of the message and of the answer in it, in the reader's words."""
    answer = body.get("answer")
    for said in (body, answer if isinstance(answer, Mapping) else {}):
        handling, conditions = said.get("handling"), said.get("conditions")
        if isinstance(handling, Mapping):
            yield from (_text(str(one)) for one in shown.conditions_in_words(dict(handling)))
        listed = conditions if isinstance(conditions, list | tuple) else [conditions] if conditions else []
        yield from (_text(str(one)) for one in listed)


_EXACT = frozenset({"until", "linked_request", "next_country"})


def _of_weapon(name: str, value: Any, words: Words) -> Iterator[dict[str, Any]]:
    form = words["form"]
    if isinstance(value, bool):
        yield _text(form["yes"] if value else form["no"])
    elif name == "marks" and isinstance(value, list):
        for mark in value:
            if not isinstance(mark, Mapping):
                yield _ltr(str(mark))
                continue
            part = words["component"].get(str(mark.get("component", "")), str(mark.get("component", "")))
            if part:
                yield _text(part)
            yield _ltr(str(mark.get("reading") or mark.get("mark") or mark.get("text") or ""))
    elif name == "kind" and value:
        yield _text(words["kind"].get(str(value), str(value)))
    elif value not in (None, "") and not isinstance(value, list | Mapping):
        yield _ltr(str(value)) if name in ("marks", "calibre", "year") else _text(str(value))


def _history(envelope: Envelope, words: Words) -> Iterator[list[dict[str, Any]]]:
    """The events told, in order, gaps as gaps."""
    told = envelope.body.get("answer")
    if not isinstance(told, Mapping):
        return
    try:
        items = shown.preview(proofs.read(jcs.encode(dict(told)))).items
    except (proofs.AnswerError, ValueError):
        items = shown.on_paper(told, envelope.sender).items
    for item in items:
        if isinstance(item, custody.Gap):
            yield [_text(words["form"]["gap"])]
            continue
        names = (_name(one, words) for one in (item.place, item.sender, item.receiver))
        yield [
            _ltr(str(item.date.get("text", ""))), _text(words["event"].get(item.event, item.event)), _ltr(item.country), *names,
        ]  # fmt: skip


def _name(name: Any, words: Words) -> dict[str, Any]:
    return _text(words["form"]["withheld"] if name.hidden else name.text)


def _row(label: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"label": label, "values": values}


_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
"""Characters that turn the direction of what follows: on paper they could only mislead."""


def _text(text: str) -> dict[str, Any]:
    text = text.translate(_TURNING)
    return {"text": text if len(text) <= LONGEST else text[:LONGEST] + "…", "ltr": False}


def _ltr(text: str) -> dict[str, Any]:
    return {**_text(text), "ltr": True}
