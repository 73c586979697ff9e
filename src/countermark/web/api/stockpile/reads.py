"""What readers saw, sent by handhelds, gateways and middleware: a batch of reads with reader, antenna and time."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts import services as account_services
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.register.checking import Refused
from countermark.stockpile.readers import devices, observations, payloads, reads, services, tokens
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.readers.reads import MOST_ANTENNA, MOST_READS, Read
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import Fault, Problem, ProblemDocument, not_found
from countermark.web.api.texts import Short, Strict

router = Router(tags=["stockpile"])

MOST_LINES = 5000


class ReadLine(Strict):
    """A tag seen: `epc` and `tid` in hexadecimal, `time` in ISO 8601 (when it came in, if empty), `rssi` in dBm."""

    epc: Short
    antenna: Annotated[int, Field(ge=0, le=MOST_ANTENNA)] = 0
    time: Short = ""
    tid: Short = ""
    rssi: Annotated[float, Field(ge=-200, le=100)] | None = None
    count: Annotated[int, Field(ge=1, le=MOST_READS)] = 1


class ReadBatch(Strict):
    """Reads of one reader. With a `batch` name of your own the same batch sent again is not counted again."""

    reader: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    batch: Short = ""
    reads: Annotated[list[ReadLine], Field(min_length=1, max_length=MOST_LINES)]


class TakenReads(Schema):
    """How many reads were taken, of how many tags; `known` says that this batch had been taken before."""

    reads: int
    tags: int
    alarms: int
    known: bool


class ReaderToken(Token):
    """A token issued for one reader brings the reads of that one alone."""

    def _with_token(self, request: HttpRequest, header: str) -> User:
        user = super()._with_token(request, header)
        token = account_services.use_token(header.partition(" ")[2].strip())
        request.token_name = token.name if token else ""  # type: ignore[attr-defined]
        return user


@router.post(
    "/stockpile/reads",
    response={200: TakenReads, 401: ProblemDocument, 403: ProblemDocument, 404: ProblemDocument, 422: ProblemDocument},
    auth=ReaderToken(tokens.PERMISSION),
)
def send(request: HttpRequest, given: ReadBatch) -> dict[str, Any]:
    """Takes the reads of a reader. They are observations, kept for some weeks and no part of the record; what contradicts the register
    becomes an alarm. Permission: `stock.reads`, where the reader stands.
    """
    user = person(request)
    device = _reader(user, given.reader, getattr(request, "token_name", ""))
    taken = services.take(device, _read(given.reads), batch=given.batch, by=actor(user))
    return {"reads": taken.reads, "tags": taken.tags, "alarms": len(taken.alarms), "known": taken.known}


def _reader(user: User, name: str, token_name: str) -> Device:
    try:
        found = devices.device(name)
    except Refused as refused:
        raise not_found("reader") from refused
    if not accounts.may_at(user, tokens.PERMISSION, found.place) or not tokens.speaks_for(token_name, found.id):
        raise not_found("reader")
    return found


def _read(lines: list[ReadLine]) -> list[Read]:
    received, faults, found = observations.clock(), [], []
    for number, line in enumerate(lines):
        tag, tid = reads.tag_of(line.epc), reads.tid_of(line.tid)
        time = payloads.milliseconds(line.time) if line.time else received
        for column, value, good, expected in (
            ("epc", line.epc, bool(tag), "an EPC in hexadecimal, whole words of 16 bits"),
            ("tid", line.tid, bool(tid) or not line.tid, "the number of a chip in hexadecimal"),
            ("time", line.time, time is not None, "a date and time in ISO 8601"),
        ):
            if not good:
                faults.append(Fault(column=f"reads.{number}.{column}", value=value, expected=expected, code="form"))
        rssi = None if line.rssi is None else round(line.rssi * 100)
        found.append(Read(tag, reads.at(time, received), line.antenna, tid, rssi, line.count))
    if faults:
        raise Problem(422, "some reads are not as expected; none was taken", *faults[:100])
    return found
