"""From the file's own column names and values to the contract's: the map file, and a suggestion for one."""

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countermark.marks.sentences import Sentence, said
from countermark.register.files import countries, dates
from countermark.register.files.errors import RowError, UnmappedColumns, UnreadableFile, shown
from countermark.register.files.synonyms import COLUMN_NAMES, VALUE_NAMES, bare
from countermark.register.files.tables import Table
from countermark.register.files.vocabulary import CODED


@dataclass(frozen=True)
class FileMap:
    """What a map file says.

    `columns` goes from the file's header to the contract's name (the other way round is understood too);
    `values[column]` from the file's value, case folded, to the code; `date_format`, `calendar` and `zone` are the
    arguments of `dates.parse`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    date_format: str | None = None
    calendar: str = "gregorian"
    zone: str | None = None


NO_MAP = FileMap()


def read_map(path: Path | str) -> FileMap:
    """The map file (TOML) at `path`. Raises UnreadableFile with what is wrong in it."""
    path = Path(path)
    try:
        return parse_map(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(Sentence("map %(file)s: %(problem)s", file=path.name, problem=said(error))) from error


def parse_map(text: str) -> FileMap:
    """A map from TOML `text`. Raises ValueError with what is wrong in it."""
    data = tomllib.loads(text)
    _only(data, {"columns", "values", "dates", "ignore"}, "the map")
    how = _strings(data.get("dates", {}), "[dates]")
    _only(how, {"format", "calendar", "zone"}, "[dates]")
    calendar = how.get("calendar", "gregorian").lower()
    if calendar not in dates.CALENDARS:
        raise ValueError(Sentence("[dates] calendar: expected one of %(names)s", names=", ".join(dates.CALENDARS)))
    dates.check(how.get("format"), how.get("zone"))
    return FileMap(
        columns=_strings(data.get("columns", {}), "[columns]"),
        values={column: _folded(table, column) for column, table in _table(data.get("values", {}), "[values]").items()},
        ignore=_names(data.get("ignore", [])),
        date_format=how.get("format") or None,
        calendar=calendar,
        zone=how.get("zone") or None,
    )


def _only(table: Mapping[str, object], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        has, lacks = ", ".join(sorted(known)), ", ".join(unknown)
        raise ValueError(Sentence("%(where)s has no %(lacks)s; it has %(has)s", where=where, lacks=lacks, has=has))


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(Sentence("%(where)s is a table", where=where))  # noqa: TRY004 (as in _names)
    return value


def _strings(value: object, where: str) -> dict[str, str]:
    table = _table(value, where)
    wrong = [key for key, text in table.items() if not isinstance(text, str)]
    if wrong:
        raise ValueError(Sentence("%(where)s %(name)s: a text is expected", where=where, name=wrong[0]))
    return {_same(key): text.strip() for key, text in table.items()}


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(Sentence("ignore is a list of column names"))
    return tuple(value)


def _folded(value: object, column: str) -> dict[str, str]:
    where = f"[values.{column}]"
    if column != "country" and column not in CODED:
        raise ValueError(
            Sentence(
                "%(where)s: the values of %(column)s are taken as written and cannot be translated",
                where=where,
                column=column,
            )
        )
    table = {_same(key).casefold(): code for key, code in _strings(value, where).items()}
    for code in table.values():
        if not _is_code(column, code):
            raise ValueError(
                Sentence(
                    "%(where)s: %(code)s is not a code of %(column)s",
                    where=where,
                    code=repr(shown(code)),
                    column=column,
                )
            )
    return table


def _is_code(column: str, code: str) -> bool:
    if code == "":
        return True
    return bool(countries.resolve(code) or countries.candidates(code)) if column == "country" else code in CODED[column]


def _same(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def place_columns(
    table: Table, known: Sequence[str], mapping: FileMap = NO_MAP, ignore_columns: Iterable[str] = ()
) -> dict[str, int]:
    """Contract column name to its position in the file.

    Raises UnmappedColumns for a column neither known, mapped nor dismissed, UnreadableFile when two columns of the file
    come to the same name.
    """
    dismissed = {_same(name) for name in (*ignore_columns, *mapping.ignore)}
    placed: dict[str, int] = {}
    unmapped = []
    for position, header in enumerate(table.header):
        column = _column(_same(header), known, mapping, table.header)
        if _same(header) in dismissed:
            continue
        if column is None:
            unmapped.append(header)
        elif column in placed:
            raise UnreadableFile(
                Sentence(
                    "'%(one)s' and '%(other)s' are both read as the column %(column)s; map only one of them",
                    one=shown(table.header[placed[column]]),
                    other=shown(header),
                    column=column,
                )
            )
        else:
            placed[column] = position
    if unmapped:
        raise UnmappedColumns(tuple(map(shown, unmapped)), _hints(unmapped, known))
    return placed


def _column(header: str, known: Sequence[str], mapping: FileMap, headers: Sequence[str]) -> str | None:
    mapped = mapping.columns.get(header)
    if mapped in known:
        return mapped
    reverse = [column for column, name in mapping.columns.items() if _same(name) == header and column in known]
    if reverse:
        return reverse[0]
    plain = header.casefold().replace(" ", "_").replace("-", "_")
    return plain if plain in known else None


def _hints(headers: Iterable[str], known: Sequence[str]) -> dict[str, str]:
    guesses = ((shown(header), guess_column(header, known)) for header in headers)
    return {header: guess for header, guess in guesses if guess}


def guess_column(header: str, known: Sequence[str]) -> str | None:
    """The contract column `header` probably means, by names used in registers in English, Spanish, French, Portuguese,
    Russian and Arabic; None when nothing fits.
    """
    return next((column for column in COLUMN_NAMES.get(bare(header), ()) if column in known), None)


def guess_value(column: str, value: str) -> str | None:
    """The code that `value` of a coded column probably means, or None."""
    plain = bare(value)
    if column == "country":
        return _country_names().get(plain)
    code = plain.replace(" ", "_")
    return code if code in CODED.get(column, ()) else VALUE_NAMES.get(column, {}).get(plain)


def _country_names() -> dict[str, str]:
    return {bare(name): code for code, name in countries.all_codes().items()} | {
        bare(code): code for code in countries.all_codes()
    }


SAMPLE_ROWS = 20_000


def suggest_map(table: Table, known: Sequence[str]) -> str:
    """A map file (TOML) for `table`, to be read by a person before it is used: every column of the file that is understood
    and every value of a coded column in its first rows that is not a code, with the guess, or empty where there is none.
    What is not understood is left for the person in a comment.
    """
    guessed: dict[str, int] = {}
    for place, header in enumerate(table.header):
        column = _column(_same(header), known, NO_MAP, table.header) or guess_column(header, known)
        if column:
            guessed.setdefault(column, place)
    rest = [_toml(header) for place, header in enumerate(table.header) if place not in guessed.values()]
    lines = (
        ["# Not understood: map them below, or dismiss them with", f"# ignore = [{', '.join(rest)}]"] if rest else []
    )
    lines += ["[columns]", *(f"{_toml(table.header[place])} = {_toml(column)}" for column, place in guessed.items())]
    for column, found in _unknown_values(table.rows, {place: column for column, place in guessed.items()}).items():
        lines += ["", f"[values.{column}]"]
        lines += [_translation(value, guess_value(column, value)) for value in found]
    return "\n".join(lines) + "\n"


def _translation(value: str, guess: str | None) -> str:
    return f"{_toml(value)} = {_toml(guess)}" if guess else f'# {_toml(value)} = ""'


def _unknown_values(
    rows: Iterator[tuple[int, list[str]] | RowError], columns: Mapping[int, str]
) -> dict[str, list[str]]:
    coded = {place: column for place, column in columns.items() if column in CODED or column == "country"}
    found: dict[str, dict[str, None]] = {}
    for _, row in zip(range(SAMPLE_ROWS), rows, strict=False):
        if isinstance(row, RowError):
            continue
        for place, column in coded.items():
            value = _same(row[1][place])
            if value and not _is_code(column, value):
                found.setdefault(column, {})[value] = None
    return {column: sorted(values)[:200] for column, values in found.items()}


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
