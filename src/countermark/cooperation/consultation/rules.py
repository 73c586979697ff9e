"""What the replies to a round come to, question by question. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

QuestionKind = Literal["choice", "number", "words"]
QUESTION_KINDS: tuple[QuestionKind, ...] = ("choice", "number", "words")
LARGEST = 10**12
PERCENT = 100


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question. `key` is its number, from "1"; `text` and `choices` are ids of notes."""

    key: str
    kind: QuestionKind
    text: str
    choices: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was answered to one question: the place of a choice (from 0), a whole number, or words (id of a note)."""

    choice: int | None = None
    number: int | None = None
    words: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return self.choice is None and self.number is None and not self.words


class Tally(msgspec.Struct, frozen=True):
    """What all replies say to one question. `answered` of `replies`; `counts` for each choice, with `who` chose it; `numbers` and `words` by who said so.

    Who did not answer a question is in no count: silence is no opinion.
    """

    question: Question
    replies: int
    answered: int
    counts: tuple[int, ...] = ()
    who: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    def share(self, place: int) -> float | None:
        """The percentage of those who answered that made a choice; None where nobody answered."""
        return PERCENT * self.counts[place] / self.answered if self.answered else None

    @property
    def middle(self) -> float | None:
        """The median of the numbers; None of none."""
        found = sorted(number for _who, number in self.numbers)
        if not found:
            return None
        half = len(found) // 2
        return float(found[half]) if len(found) % 2 else (found[half - 1] + found[half]) / 2


Replies = Mapping[str, Mapping[str, Answer]]
"""By actor: by key of a question, what it answered."""


def tally(question: Question, replies: Replies) -> Tally:
    """What all replies say to one question, by actor in their order."""
    given = {who: answers[question.key] for who, answers in replies.items() if question.key in answers}
    given = {who: answer for who, answer in given.items() if _fits(question, answer)}
    who = tuple(
        tuple(actor for actor, answer in given.items() if question.kind == "choice" and answer.choice == place)
        for place in range(len(question.choices))
    )
    return Tally(
        question,
        len(replies),
        len(given),
        tuple(len(some) for some in who),
        who,
        tuple((actor, answer.number) for actor, answer in given.items() if answer.number is not None),
        tuple((actor, answer.words) for actor, answer in given.items() if answer.words),
    )


def _fits(question: Question, answer: Answer) -> bool:
    """Whether an answer is one to this question: what another node recorded of another version of it is not counted."""
    if question.kind == "choice":
        return answer.choice is not None and 0 <= answer.choice < len(question.choices)
    return answer.number is not None if question.kind == "number" else bool(answer.words)


def silent(addressees: Sequence[str], replies: Replies) -> list[str]:
    """The addressees that have not replied, in their order."""
    return [one for one in addressees if one not in replies]


def late(due: str, received: str) -> bool:
    """Whether a reply came after the day it was asked for by."""
    return received > due
