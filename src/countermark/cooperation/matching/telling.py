"""A run as people read it: titles for ids, texts for the ids of texts, sentences in the reader's language."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from countermark.cooperation import actors, finding, queries
from countermark.cooperation.matching.inputs import READINESS
from countermark.cooperation.matching.runs import Read
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.marks.sentences import Sentence, Value, told
from countermark.register.checking import Refused
from countermark.register.services import side_texts

_CODES = {"theme": "theme", "themes": "theme", "kinds": "kind", "given": "kind", "asked": "kind"}
"""Values of sentences that are codes of this room's words, parted by commas, and of which kind."""
_OPAQUE = re.compile(r"urn:countermark:[a-z]+:[0-9a-f]{64}")


class Told:
    """The names of everything in a run that somebody may still see; what they may not see any more is called by its id."""

    def __init__(self, who: Viewer, found: Read) -> None:
        self.found = found
        self.currency = found.market.currency
        asked, given = _those(who, "need", found.market.needs), _those(who, "offer", found.market.offers)
        self.titles = {
            **finding.titles([(one, one.of(Need)) for one in asked]),
            **finding.titles([(one, one.of(Offer)) for one in given]),
        }
        self.names = names = actors.names()
        self.owner_keys = {one.key: queries.owner(one) for one in (*asked, *given)}
        self.owners = {key: names.get(owner, owner) for key, owner in self.owner_keys.items()}
        self._givers: defaultdict[str, set[str]] = defaultdict(set)
        for match in found.answer.matches:
            self._givers[str(match.need)].add(self.owner_keys.get(str(match.offer), ""))
        self._texts = texts_of(found)

    def sides(self, need: str) -> set[str]:
        """The recipient of a need, and who gives it something: the keys of their actors."""
        return {self.owner_keys.get(need, ""), *self._givers[need]} - {""}

    def title(self, key: object) -> str:
        """The title of a need or offer."""
        return self.titles.get(str(key), str(key))

    def owner(self, key: object) -> str:
        """Whose need or offer it is."""
        return self.owners.get(str(key), "")

    def amount(self, amount: Decimal) -> str:
        """An amount of the run's currency."""
        return money.shown(int(amount.scaleb(money.exponent(self.currency))), self.currency)

    def why(self, sentence: Sentence, translate: Callable[[str], str]) -> str:
        """A sentence in the reader's language, titles for ids."""
        return self.named(told(self._spelled(sentence), translate))

    def refusal(self, refused: Refused) -> Refused:
        """What was refused, in the reader's language and with titles for ids."""
        said = [msgspec.structs.replace(one, expected=Sentence(self.why(one.expected, _))) for one in refused.errors]
        return Refused(said)

    def _spelled(self, sentence: Sentence) -> Sentence:
        """A sentence with words for codes and names for keys."""
        return Sentence(sentence.message, **{name: self._word(name, value) for name, value in sentence.values.items()})

    def _word(self, name: str, value: Value) -> Value:
        if isinstance(value, Sentence):
            return self._spelled(value)
        if name in _CODES and isinstance(value, str):
            return ", ".join(aid_word(one, _CODES[name]) for one in value.split(", "))
        if name in ("region", "recipient"):
            return self.names.get(str(value), value)
        if name == "why" and str(value).startswith(READINESS):
            return _("readiness %(points)s") % {"points": str(value).removeprefix(READINESS)}
        return value

    def named(self, text: str) -> str:
        """A text with titles for the ids in it."""
        text = spelled(text, self._texts)
        return _WORDS.sub(lambda found: self.titles.get(found[0], found[0]), text)


_WORDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9A-Za-z-]{16,80}")


def texts_of(found: Read) -> dict[str, str]:
    """The texts that a run names, by id; what was erased is left out."""
    return side_texts(sorted(set(_OPAQUE.findall(msgspec.json.encode(found, enc_hook=str).decode()))))


def spelled(value: Any, texts: Mapping[str, str]) -> Any:
    """A value of a run with texts for their ids, wherever they stand in it; an erased one is `…`."""
    return queries.mapped(value, lambda text: _OPAQUE.sub(lambda found: texts.get(found[0], "…"), text))


def _those(who: Viewer, kind: str, some: Iterable[object]) -> list[Subject]:
    keys = {str(getattr(one, "id", "")) for one in some}
    return [one for one in queries.visible(who, kind) if one.key in keys]
