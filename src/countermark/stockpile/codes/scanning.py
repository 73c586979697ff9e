"""`scan`: what one scan means. Any text is answered; none raises.

Readings are tried from the surest to the least sure: what the scanner itself says (AIM identifier), forms that cannot be
anything else (brackets, links, URNs, codes of ours with their check character), then what only may be meant (a tag's
hexadecimal, a GS1 code without its sign). For these, the plain serial stands beside under `also`, and the register decides.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes import elements, epc, epcvar, house, layouts, links, proofs, serials, symbologies, tags
from countermark.stockpile.codes.checks import check_digit
from countermark.stockpile.codes.elements import Element, Refused
from countermark.stockpile.codes.serials import Question
from countermark.stockpile.codes.symbologies import Symbology

LONGEST = 4096
"""Characters of one scan; the largest DataMatrix holds 3,116 digits, the largest QR code 7,089, and none of ours is long."""

LONGEST_SERIAL = 120

KINDS = (
    "weapon", "asset", "item", "product", "shipment", "place", "person", "document", "kit", "receipt", "count", "manifest",
    "destruction", "form", "message", "elements", "tag", "serial", "link", "nothing", "refused",
)  # fmt: skip
"""What a scan may be. `asset` is a GIAI or GRAI, `item` a GTIN with a serial, `product` a GTIN alone, `tag` an RFID tag with no
GS1 key, `elements` GS1 data without a key, `link` a web address that is no GS1 Digital Link, `refused` a code that is wrong."""

_KEYS = {
    "8004": "asset", "8003": "asset", "8010": "asset", "01": "product", "8006": "product", "00": "shipment", "414": "place",
    "8018": "person", "8017": "person", "253": "document", "255": "document",
}  # fmt: skip

_QUALIFIERS = {"01": ("21",), "8006": ("21",), "414": ("254",), "8010": ("8011",), "8018": ("8019",), "8017": ("8019",)}

# How scanners and drivers write the separator where they cannot send it.
_SEPARATORS = re.compile(r"\{GS\}|<GS>|\{FNC1\}|<FNC1>|␝|\\x1[dD]|\\u001[dD]|\\F")


@dataclass(frozen=True)
class Finding:
    """Something to say about a scan; `refused` where the code may not be used."""

    message: Sentence
    refused: bool = False


@dataclass(frozen=True)
class Meaning:
    """What one scan means.

    `value` is what the register is asked for: a weapon's id, a code of ours, a GS1 key in brackets, a tag's hexadecimal, or
    the serial as it was typed. `also` are other things it may be, less likely ones later.
    """

    kind: str
    value: str
    text: str = ""
    symbology: Symbology = symbologies.NONE
    elements: tuple[Element, ...] = ()
    tag: tags.Reading | None = None
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    also: tuple["Meaning", ...] = field(default=())

    @property
    def usable(self) -> bool:
        """Whether it names something to look for."""
        return self.kind not in ("nothing", "refused", "link")


def scan(text: str) -> Meaning:
    """What one scan means: the text between two ends of scan, as `splitting` gives it."""
    # What no UTF-8 can hold, as from a command line in another encoding, becomes a sign that stands for it.
    cleaned = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").strip("\r\n\t \0")
    if not cleaned:
        return Meaning("nothing", "", text, findings=(Finding(Sentence("the scan is empty"), refused=True),))
    if len(cleaned) > LONGEST:
        return _refused(
            cleaned[:80], symbologies.NONE, Sentence("the scan is too long: %(most)d characters at most", most=LONGEST)
        )
    symbology, content = symbologies.split(cleaned)
    content = _SEPARATORS.sub(elements.SEPARATOR, content)
    meaning = _read(content, symbology)
    if meaning.kind in ("serial", "refused") and not content.isascii():
        return _beside(meaning, tuple(_typed_elsewhere(content)))
    return meaning


def _read(content: str, symbology: Symbology) -> Meaning:
    for read in _READERS:
        if (meaning := read(content, symbology)) is not None:
            return meaning
    return _serial(content, symbology)


def _typed_elsewhere(content: str) -> Iterator[Meaning]:
    """What it would be, had a scanner typed on a keyboard set to another script: only what has a check of its own."""
    for name, text in layouts.retyped(content):
        meaning = _read(text, symbologies.NONE)
        if meaning.usable and meaning.kind not in ("serial", "elements", "tag"):
            said = Sentence("is the keyboard set to %(layout)s? Then the scanner read %(text)s", layout=name, text=text)
            yield replace(meaning, findings=(*meaning.findings, Finding(said)))


_Reader = Callable[[str, Symbology], Meaning | None]


def _refused(text: str, symbology: Symbology, why: Sentence) -> Meaning:
    return Meaning("refused", "", text, symbology, findings=(Finding(why, refused=True),))


def _sentence(refusal: Refused) -> Sentence:
    why: Sentence = refusal.args[0]
    return why


def _told_gs1(text: str, symbology: Symbology) -> Meaning | None:
    """A code that the scanner, or a separator in it, says is GS1's."""
    if not symbology.gs1 and elements.SEPARATOR not in text:
        return None
    try:
        return _of_elements(elements.read(text), text, symbology)
    except Refused as refusal:
        return _refused(text, symbology, _sentence(refusal))


def _ean(text: str, symbology: Symbology) -> Meaning | None:
    """EAN and UPC: the number of a product (GTIN), with no sign of its own."""
    if symbology.name != "ean":
        return None
    digits = text.partition("|")[0]
    if not re.fullmatch(r"\d{8}|\d{12,13}", digits, re.ASCII) or check_digit(digits[:-1]) != digits[-1]:
        return _refused(text, symbology, Sentence("this is no number of a product: a character was misread"))
    return _of_elements((Element("01", digits.zfill(14)),), text, symbology)


def _bracketed(text: str, symbology: Symbology) -> Meaning | None:
    found = re.match(r"[(\[](\d{2,4})[)\]]", text, re.ASCII)
    if found is None or elements.known(found[1]) is None:
        return None
    try:
        return _of_elements(elements.read_bracketed(text), text, symbology)
    except Refused as refusal:
        return _refused(text, symbology, _sentence(refusal))


def _link(text: str, symbology: Symbology) -> Meaning | None:
    if not links.looks_like(text):
        return None
    try:
        return _of_elements(links.read(text), text, symbology)
    except Refused as refusal:
        # A page of this program, as its own QR codes have it, names a weapon by its id.
        if found := re.search(rf"/({_UUID})(?:[/?#]|$)", text, re.IGNORECASE):
            return Meaning("weapon", found[1].lower(), text, symbology)
        why = Finding(_sentence(refusal), refused=True)
        return Meaning("link", "", text, symbology, findings=(why,))


_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _weapon(text: str, symbology: Symbology) -> Meaning | None:
    found = re.fullmatch(rf"(?:urn:uuid:)?\{{?({_UUID})\}}?", text, re.IGNORECASE)
    return Meaning("weapon", str(uuid.UUID(found[1])), text, symbology) if found else None


def _epc_uri(text: str, symbology: Symbology) -> Meaning | None:
    if not text.lower().startswith("urn:epc:"):
        return None
    try:
        read = epc.read_uri(text)
    except Refused as refusal:
        return _refused(text, symbology, _sentence(refusal))
    identity = read.epc if isinstance(read, epc.Tag) else read
    found = epc.elements_of(identity)
    return _of_elements(found, text, symbology) if found else Meaning("tag", identity.uri, text, symbology)


def _house(text: str, symbology: Symbology) -> Meaning | None:
    found = house.parse(text)
    if found is not None:
        return Meaning(*found, text, symbology)
    if not house.looks_like(text):
        return None
    # It may be a serial after all, so it is not refused: it is said.
    said = Finding(
        Sentence("this looks like one of our own codes, but its check character is wrong: was a character misread?")
    )
    return _serial(text, symbology, said)


def _proof(text: str, symbology: Symbology) -> Meaning | None:
    """The signed proof on a printed hand receipt."""
    if not text.startswith(proofs.PREFIX):
        return None
    code = proofs.receipt_of(text)
    if code is None or house.parse(code) != ("receipt", code):
        return _refused(text, symbology, Sentence("the proof of a hand receipt is not whole: scan it once more"))
    return Meaning("receipt", code, text, symbology)


def _message(text: str, symbology: Symbology) -> Meaning | None:
    """The reference of a message on paper (`tracing.papers.references`)."""
    found = re.fullmatch(r"CM1/([^/]+)/[^/]+/\d+/[0-9a-f]{64}", text, re.ASCII)
    return Meaning("message", found[1], text, symbology) if found else None


def _tag(text: str, symbology: Symbology) -> Meaning | None:
    """A tag's hexadecimal, as readers type it. Long hexadecimal of no known encoding is a tag too, one without meaning."""
    compact = re.sub(r"[ :]", "", text).upper()
    if not re.fullmatch(r"[0-9A-F]{20,128}", compact):
        return None
    also = (_serial(text, symbology),)
    try:
        read = tags.decode(compact)
    except Refused:
        if len(compact) < 24 or len(compact) % 4:
            return None
        said = (Finding(Sentence("the tag has no known encoding; it is known by its digits alone")),)
        return Meaning("tag", compact, text, symbology, findings=said, also=also)
    if len(compact) < 24 and not epcvar.reads(int(compact[:2], 16)):
        return None
    if not read.elements:
        return Meaning("tag", compact, text, symbology, tag=read, also=also)
    meaning = _of_elements(read.elements, text, symbology, read)
    return _beside(meaning, also)


def _untold_gs1(text: str, symbology: Symbology) -> Meaning | None:
    """A GS1 code from a scanner that sends neither identifier nor separator: a whole, flawless one that begins with a key."""
    if symbology.name not in ("", "code128", "datamatrix", "qr", "other"):
        return None
    try:
        found = elements.read(text)
    except Refused:
        return None
    wrong, missing = elements.associations(found)
    if found[0].ai not in _KEYS or wrong or missing:
        return None
    return _beside(_of_elements(found, text, symbology), (_serial(text, symbology),))


def _beside(meaning: Meaning, also: tuple[Meaning, ...]) -> Meaning:
    return replace(meaning, also=also, findings=(*meaning.findings, *(one for other in also for one in other.findings)))


def _of_elements(found: Sequence[Element], text: str, symbology: Symbology, tag: tags.Reading | None = None) -> Meaning:
    wrong, missing = elements.associations(found)
    findings = (*(Finding(one, refused=True) for one in wrong), *(Finding(one) for one in missing))
    if wrong:
        return Meaning("refused", "", text, symbology, tuple(found), tag, findings)
    kind, named = _key(found)
    return Meaning(kind, elements.bracketed(named), text, symbology, tuple(found), tag, findings)


def _key(found: Sequence[Element]) -> tuple[str, tuple[Element, ...]]:
    """What GS1 elements name, and the elements that name it; data about it is left out."""
    key = next((one for one in found if one.ai in _KEYS), None)
    if key is None:
        return "elements", tuple(found)
    wanted = _QUALIFIERS.get(key.ai, ())
    named = (key, *(one for ai in wanted for one in found if one.ai == ai))
    kind = _KEYS[key.ai]
    return ("item" if kind == "product" and len(named) > 1 else kind), named


def _serial(text: str, symbology: Symbology, *said: Finding) -> Meaning:
    if not any(char.isalnum() for char in text):
        return _refused(text, symbology, Sentence("there is neither a letter nor a digit in the scan"))
    if any(not char.isprintable() or char == "\ufffd" for char in text):
        return _refused(text, symbology, Sentence("there are characters in the scan that no serial has"))
    if len(text) > LONGEST_SERIAL:
        return _refused(text[:80], symbology, Sentence("this is no code known here, and too long for a serial"))
    warning = serials.warning(text)
    findings = (*said, Finding(warning)) if warning else said
    # A code that was scanned is read exactly; only what a person typed or read is asked about.
    asked = serials.questions(text) if symbology is symbologies.NONE else ()
    return Meaning("serial", text, text, symbology, findings=findings, questions=asked)


_READERS: tuple[_Reader, ...] = (
    _ean, _told_gs1, _bracketed, _link, _weapon, _epc_uri, _proof, _house, _message, _tag, _untold_gs1,
)  # fmt: skip
