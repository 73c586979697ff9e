"""A consultation the State runs, half answered and overdue, and one of a donor's that waits for the State's reply."""

from typing import TYPE_CHECKING

from countermark.cooperation.consultation import rounds
from countermark.cooperation.consultation.rounds import Answered, Put, Said
from countermark.demo.region.tables import months_after, table

if TYPE_CHECKING:
    from countermark.demo.region.build import Region

QUESTIONS = (
    Put("choice", "Was the assistance you received adequate?", ("Yes", "In part", "No")),
    Put("choice", "Did it still run a year after the project?", ("Yes", "In part", "No")),
    Put("number", "How many officers does one course reach in your service?"),
    Put("words", "What should be done differently?"),
)
ANSWERS = (
    {"1": "2", "2": "3", "3": "12", "4": "Spare parts and consumables should be in the budget from the first day."},
    {"1": "1", "2": "2", "3": "20"},
    {"1": "2", "2": "2", "4": "Courses in the language of the region, and twice: staff moves on."},
)


def furnish(region: "Region") -> None:
    """Makes both rounds."""
    today = region.today.isoformat()
    _views(region, months_after(today, -4), months_after(today, -1))
    _asked(region, months_after(today, -1), months_after(today, 1))


def _views(region: "Region", sent: str, due: str) -> None:
    states = [one["code"] for one in table()["states"] if one["code"] != region.own]
    by = region.coordinator(region.own)
    key = rounds.draft(
        Said(
            title="Adequacy, effectiveness and sustainability of assistance",
            text="The meeting has asked for a study of assistance given since 2001.\nYour experience is needed for it.",
            due=due,
            questions=QUESTIONS,
            addressees=[*states, region.actors["agency"]],
            reference="NV 41",
        ),
        actor=region.own, by=by, request="demonstration consultation",
    )  # fmt: skip
    rounds.send(key, sent, actor=region.own, by=by)
    for state, answers in zip(states, ANSWERS, strict=False):
        said = Answered(answers=answers, received=months_after(sent, 1))
        rounds.reply(key, state, said, actor=region.own, by=by)
    rounds.remind(key, months_after(due, 0, 7), actor=region.own, by=by)


def _asked(region: "Region", sent: str, due: str) -> None:
    agency, by = region.actors["agency"], region.officer("agency")
    said = Said(
        title="Priorities for the next programme",
        text="A new programme is being prepared. Please tell us where it should begin.",
        due=due,
        questions=[
            Put("choice", "Where should it begin?", ("Marking", "Records", "Stores")),
            Put("words", "Why there?"),
        ],
        addressees=[one["code"] for one in table()["states"]],
    )
    key = rounds.draft(said, actor=agency, by=by, request="demonstration programme")
    rounds.send(key, sent, actor=agency, by=by)
