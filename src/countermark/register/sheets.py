"""What stands on a printed form: fields with boxes for single characters, lists to tick, lines; and the form's code to scan.

Each label is given in the reader's language and in English, so that whoever keys the form can read it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from countermark.register import papercodes, words
from countermark.register.papermodels import PaperForm

MARKS = 3
CHANGES = 5
SERIAL = (20,)
DAY = (4, 2, 2)
TIME = (2, 2)


@dataclass(frozen=True)
class Label:
    """A text in the reader's language, and in English where that is another one."""

    text: str
    english: str = ""


@dataclass(frozen=True)
class SheetField:
    """One field: `boxes` are groups of single-character boxes, `ticks` the codes to choose from, `lines` empty lines."""

    label: Label
    boxes: tuple[int, ...] = ()
    ticks: tuple[Label, ...] = ()
    lines: int = 0
    hint: Label | None = None


@dataclass(frozen=True)
class Part:
    """Fields under a heading; `table` has the headings of columns to fill in, with `rows` empty rows."""

    title: Label
    fields: tuple[SheetField, ...] = ()
    table: tuple[Label, ...] = ()
    rows: int = 0


@dataclass(frozen=True)
class Sheet:
    """One form as it is printed."""

    form: PaperForm
    code: str
    title: Label
    parts: tuple[Part, ...]
    qr: str
    qr_size: int


def sheet(form: PaperForm, title: str) -> Sheet:
    """The form to print. `title` is what it is for, untranslated."""
    kind = papercodes.kind_of(form.code)
    parts = PARTS[kind]
    path, size = qr_code(form.code)
    made = (*parts(form), _signed())
    return Sheet(form, papercodes.shown(form.code), _titled(kind, title), made, path, size)


def _titled(kind: str, title: str) -> Label:
    if kind != "event":
        return label(title, capital=True)
    here, of = label(words.COLUMNS["event"]), label(title)
    return Label(f"{here.text}: {of.text}", f"{here.english}: {of.english}" if of.english else "")


def qr_code(text: str) -> tuple[str, int]:
    """A QR code (ISO/IEC 18004) as the path of an SVG whose view box is `size` modules each way, quiet zone included."""
    import qrcode

    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_Q)
    code.add_data(text)
    code.make()
    matrix: list[list[bool]] = code.get_matrix()
    dark = [(x, y) for y, row in enumerate(matrix) for x, on in enumerate(row) if on]
    return "".join(f"M{x} {y}h1v1h-1z" for x, y in dark), len(matrix)


def label(text: str, *, capital: bool = False) -> Label:
    """A text in the reader's language with its English."""
    here = gettext(text)
    english = "" if (get_language() or "en") == "en" else text
    return Label(here[:1].upper() + here[1:], english[:1].upper() + english[1:]) if capital else Label(here, english)


def _(text: str) -> str:
    """Names a text for the translators; `label` translates it."""
    return text


def _column(name: str, **shape: object) -> SheetField:
    return SheetField(label(words.COLUMNS[name]), **shape)  # type: ignore[arg-type]


def _coded(name: str) -> SheetField:
    options = [text for code, text in words.LABELS[name].items() if code]
    return _column(name, ticks=tuple(label(text) for text in options))


def _weapon(form: PaperForm) -> Iterator[Part]:
    yield Part(
        label(_("The weapon")),
        (
            _column("ref", boxes=SERIAL),
            _coded("kind"),
            _column("maker", lines=1),
            _column("model", lines=1),
            _column("calibre", lines=1),
            _column("country", boxes=(4,)),
            _column("year", boxes=(4,)),
            _moment(_("Entered on record")),
        ),
    )
    for number in range(1, MARKS + 1):
        yield Part(Label(f"{gettext('Mark')} {number}", label(_("Mark")).english), tuple(_mark()))


def _mark() -> Iterator[SheetField]:
    yield _column("component", lines=1, hint=label(_("frame, receiver, barrel, slide …")))
    yield _column(
        "mark", boxes=SERIAL, hint=label(_("Exactly as on the metal. Tell O from 0, I from 1, S from 5 and B from 8."))
    )
    yield SheetField(label(_("The same mark again")), boxes=SERIAL, hint=label(_("Read anew from the metal.")))
    yield _coded("mark_condition")
    yield _coded("mark_kind")


def _event(form: PaperForm) -> Iterator[Part]:
    yield _which_weapon(form)
    fields = [
        _moment(_("When it happened")),
        _column("from", lines=1),
        _column("to", lines=1),
        SheetField(label(_("Country")), boxes=(2,)),
        _column("place", lines=1),
        _column("document", lines=1),
        _column("note", lines=3),
    ]
    if form.event in ("install", "remove"):
        part = (_coded("component"), _column("mark", boxes=SERIAL), _column("other_ref", boxes=SERIAL))
        yield Part(label(_("Part installed or removed")), part)
    yield Part(label(_("What happened")), tuple(fields))


def _correction(form: PaperForm) -> Iterator[Part]:
    yield _which_weapon(form)
    yield Part(label(_("Which entry is wrong")), (_column("event", lines=1), _moment(_("When it happened"))))
    headings = tuple(label(text) for text in (_("Field"), _("As recorded"), _("As it should be")))
    yield Part(label(_("What is wrong")), table=headings, rows=CHANGES)
    yield Part(label(_("Why")), (_column("reason", lines=3),))


def _issue(form: PaperForm) -> Iterator[Part]:
    fields = (
        SheetField(label(_("Store")), lines=1),
        SheetField(label(_("Received by")), lines=1, hint=label(_("name, and number of the card"))),
        SheetField(label(_("Issued for")), ticks=tuple(label(text) for text in ISSUED_FOR)),
        _moment(_("To be back by")),
        _moment(_("When it happened")),
        SheetField(label(_("Not eligible; why all the same")), lines=1),
    )
    yield Part(label(_("The hand-over")), fields)
    yield _handed_over()
    yield _both(_("Received by"))


def _return(form: PaperForm) -> Iterator[Part]:
    fields = (
        SheetField(label(_("Store")), lines=1),
        SheetField(label(_("Brought back by")), lines=1),
        _moment(_("When it happened")),
        _column("note", lines=2),
    )
    yield Part(label(_("The hand-over")), fields)
    yield _handed_over()
    yield _both(_("Brought back by"))


def _handed_over() -> Part:
    headings = tuple(label(text) for text in (_("Serial, as on the metal"), _("Weapon"), _("Checked")))
    return Part(label(_("Weapons")), table=headings, rows=HANDED_OVER)


def _both(who: str) -> Part:
    names = (who, _("Second person"))
    return Part(label(_("Signatures")), tuple(SheetField(label(name), lines=1) for name in names))


ISSUED_FOR = (_("Assignment"), _("Shift"), _("Loan"), _("Repair"), _("Evidence"))
HANDED_OVER = 12

PARTS: dict[str, Callable[[PaperForm], Iterator[Part]]] = {
    "weapon": _weapon,
    "event": _event,
    "correction": _correction,
    "issue": _issue,
    "return": _return,
}


def _which_weapon(form: PaperForm) -> Part:
    fields: Sequence[SheetField] = (_column("ref", boxes=SERIAL), _column("serial", boxes=SERIAL))
    return Part(label(_("The weapon")), tuple(fields))


def _moment(text: str) -> SheetField:
    return SheetField(label(text), boxes=(*DAY, *TIME), hint=label(_("year, month, day; hour, minute")))


def _signed() -> Part:
    return Part(
        label(_("Written by")),
        (
            SheetField(label(_("Name")), lines=1),
            SheetField(label(_("Signature")), lines=1),
            _moment(_("Written on paper")),
        ),
    )
