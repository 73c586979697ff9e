"""Backup and restore: one zip file for both databases, so that a node can also move from one to the other.

`logs/<id>.jsonl` are the entries as they were appended, `tables/<table>.jsonl` the kept rows; `manifest.json` names every
member with its SHA-256 and every log with its size and root. Keys of entries, leaf hashes, tiles and views are computed anew
when restoring. The signing key is never inside; the node's secret for opaque ids is, and personal data: guard the file.
"""

import base64
import hashlib
import json
import struct
import sys
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

from countermark.ledger import (
    bundle,
    checkpoint,
    database,
    guard,
    identity,
    kept,
    projections,
    rebuild,
    services,
    store,
    tree,
)
from countermark.ledger import entry as entries
from countermark.ledger.checkpoint import KeyFileError
from countermark.ledger.drafts import KeptWrite
from countermark.ledger.guard import RolledBackError
from countermark.ledger.models import LOG_SPAN, Log, NodeSetting
from countermark.ledger.schema import NewerSchemaError
from countermark.ledger.services import LedgerError
from countermark.ledger.snapshot import snapshot
from countermark.ledger.verify import Progress, silent
from countermark.ledger.wholefile import whole_file

FORMAT: Final = "countermark-backup"
VERSION: Final = 1
BATCH: Final = 2000
LONGEST_MANIFEST: Final = 64 << 20

_LOG_TABLES: Final = frozenset({"ledger_log", "ledger_entry", "ledger_tile"})
_MADE_BY_MIGRATING: Final = frozenset({"django_content_type", "auth_permission"})
_NEVER: Final = frozenset({"django_session"})


_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, KeyError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError
)  # fmt: skip
"""What reading a damaged zip file may raise."""


class BackupError(LedgerError):
    """A backup that cannot be used, or a store that cannot take it; says why."""


class UnreadableBackup(BackupError):
    """The file is no backup at all, or cannot be read to its end: wrong input, as other files that cannot be read."""


class LogPart(msgspec.Struct, frozen=True):
    """One log in a backup; `root` in hex, `checkpoint` signed by the running node where it could be."""

    id: int
    origin: str
    verifier_key: str
    own: bool
    size: int
    root: str
    checkpoint: str
    sha256: str


class TablePart(msgspec.Struct, frozen=True):
    """One kept table: its columns with the kind of their values."""

    name: str
    columns: list[tuple[str, str]]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The list of what a backup holds."""

    format: str
    version: int
    time: str
    migrations: list[tuple[str, str]]
    logs: list[LogPart]
    tables: list[TablePart]


class Restored(msgspec.Struct, frozen=True):
    """What a restore made: the new log, the one it continues, and how many entries came from the backup."""

    origin: str
    previous: str
    entries: int
    verifier_key: str


# --- writing ----------------------------------------------------------------------------------------------------------


def write(path: Path, progress: Progress = silent) -> None:
    """Writes a consistent copy of the running node, whole or not at all, and reads it back before it gets its name."""
    services.require_own_log()
    with snapshot():
        _write(path, progress)


def automatic() -> Path:
    """A backup before the store's tables are changed: beside the store (with a database server, beside the key)."""
    base = settings.ENVIRONMENT.key_path
    if not database.is_postgresql():
        base = Path(str(connection.settings_dict["NAME"]))
    path: Path = base.with_name(f"{base.stem}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.backup")
    with snapshot():
        _write(path, silent)
    sys.stderr.write(f"the store was saved to {path} before it is brought to this version\n")
    return path


def _write(path: Path, progress: Progress) -> None:
    with whole_file(path, 0o600) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            manifest = Manifest(
                FORMAT, VERSION, entries.now(), _applied(), _write_logs(archive, progress), _write_tables(archive)
            )
            archive.writestr("manifest.json", msgspec.json.encode(manifest))
        file.seek(0)
        _read_back(file)


def _applied() -> list[tuple[str, str]]:
    return sorted(MigrationRecorder(connection).applied_migrations())


def _write_logs(archive: zipfile.ZipFile, progress: Progress) -> list[LogPart]:
    # Only columns every version had: an automatic backup runs on older tables than the models describe.
    total = store.total_size()
    parts: list[LogPart] = []
    for log in Log.objects.order_by("id"):
        frontier = tree.Frontier()
        done = sum(part.size for part in parts)

        def lines(log: Log = log, frontier: tree.Frontier = frontier, done: int = done) -> Iterator[bytes]:
            for rows in database.chunks(store.raw_entries(log), BATCH):
                data = [row[3] for row in rows]
                frontier.extend([tree.leaf_hash(one) for one in data])
                progress(done + frontier.size, total)
                yield b"\n".join(data) + b"\n"

        digest = _member(archive, f"logs/{log.id}.jsonl", lines())
        note = _signed(log)
        root = frontier.root().hex()
        parts.append(LogPart(log.id, log.origin, log.verifier_key, log.own, frontier.size, root, note, digest))
    return parts


def _signed(log: Log) -> str:
    own = store.own_log()
    if own is None or own.id != log.id:
        return ""
    try:
        return guard.sign_current(log)
    except (KeyFileError, RolledBackError, tree.TreeError):
        # A store in trouble needs its backup most.
        return ""


def _write_tables(archive: zipfile.ZipFile) -> list[TablePart]:
    parts = []
    for table, fields in sorted(_tables().items()):
        columns = [(name, fields.get(name, "")) for name in _columns(table)]
        rows = 0

        def lines(table: str = table, columns: list[tuple[str, str]] = columns) -> Iterator[bytes]:
            nonlocal rows
            names = ",".join(f'"{name}"' for name, _ in columns)
            for row in database.stream(f'SELECT {names} FROM "{table}"', []):  # noqa: S608
                rows += 1
                yield msgspec.json.encode([_plain(v, kind) for v, (_, kind) in zip(row, columns, strict=True)]) + b"\n"

        digest = _member(archive, f"tables/{table}.jsonl", lines())
        parts.append(TablePart(table, columns, rows, digest))
    return parts


def _tables() -> dict[str, dict[str, str]]:
    """Kept tables that exist, with the kind of each of their columns."""
    left_out = _LOG_TABLES | _NEVER | {t for p in projections.PROJECTIONS for t in getattr(p, "tables", ())}
    there = set(connection.introspection.table_names())
    return {
        model._meta.db_table: _kinds(model)  # noqa: SLF001 (Django's documented name for it)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed  # noqa: SLF001
        and model._meta.db_table in there - left_out  # noqa: SLF001
    }


def _kinds(model: type[models.Model]) -> dict[str, str]:
    return {f.column: _kind(f) for f in model._meta.local_concrete_fields if f.column}  # noqa: SLF001


def _kind(field: Any) -> str:
    while field.remote_field:
        field = field.target_field
    return str(field.get_internal_type())


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _member(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            digest.update(part)
            member.write(part)
    return digest.hexdigest()


def _plain(value: Any, kind: str) -> Any:
    """A value as the file holds it, the same from either database."""
    if value is None:
        return None
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    if kind == "UUIDField":
        return str(value if isinstance(value, uuid.UUID) else uuid.UUID(value))
    if kind == "BooleanField":
        return bool(value)
    if kind == "DateTimeField":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


# --- reading ----------------------------------------------------------------------------------------------------------


def _read_back(file: IO[bytes]) -> Manifest:
    """The manifest, once every member is found to be what it says; BackupError otherwise."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            for name, expected in _members(manifest):
                digest = hashlib.sha256()
                with archive.open(name) as member:
                    while part := member.read(1 << 20):
                        digest.update(part)
                if digest.hexdigest() != expected:
                    raise BackupError(f"{name} is not what the manifest says: the backup is damaged")
    except _UNREADABLE as error:
        raise UnreadableBackup(f"no readable backup: {error}") from error
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if archive.getinfo("manifest.json").file_size > LONGEST_MANIFEST:
        raise BackupError("the manifest is too long")
    try:
        manifest = msgspec.json.decode(archive.read("manifest.json"), type=Manifest)
    except (msgspec.MsgspecError, ValueError) as error:
        raise BackupError(f"the manifest cannot be read: {error}") from error
    if manifest.format != FORMAT or manifest.version != VERSION:
        raise BackupError(f"expected {FORMAT} version {VERSION}, found {manifest.format} {manifest.version}")
    return manifest


def _members(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for log in manifest.logs:
        yield f"logs/{log.id}.jsonl", log.sha256
    for table in manifest.tables:
        yield f"tables/{table.name}.jsonl", table.sha256


def restore(path: Path, progress: Progress = silent) -> Restored:
    """Fills this empty store from a backup and opens the next generation of its log with a new key.

    Everything is one transaction. Raises BackupError for a damaged file or a store that is not empty, NewerSchemaError
    for a backup of a newer version of the program.
    """
    with path.open("rb") as file:
        manifest = _read_back(file)
        _refuse_newer(manifest)
        _refuse_unless_empty()
        previous = next((log for log in reversed(manifest.logs) if log.own), None)
        if previous is None:
            raise BackupError("the backup holds no log of its own node")
        origin = _next_origin(previous.origin)
        _set_aside()
        key = guard.load_or_make_key(settings.ENVIRONMENT.key_path)
        with zipfile.ZipFile(file) as archive, database.write_transaction(0):
            _restore_tables(archive, manifest)
            _restore_logs(archive, manifest, progress)
            _reset_sequences()
            identity.forget_secret()
            log = services.open_log(origin, key, _first_entry(previous), secret=False)
            rebuild.rebuild_views()
    guard.sign_current(log)
    entries_restored = sum(part.size for part in manifest.logs)
    return Restored(log.origin, previous.origin, entries_restored, log.verifier_key)


def _refuse_newer(manifest: Manifest) -> None:
    ahead = sorted(set(manifest.migrations) - set(_applied()))
    if ahead:
        what = ", ".join(f"{app} {name}" for app, name in ahead)
        raise NewerSchemaError(f"the backup was written by a newer version of Countermark ({what})")


def _refuse_unless_empty() -> None:
    for table in sorted((set(_tables()) | _LOG_TABLES) - _MADE_BY_MIGRATING):
        if _holds_rows(table):
            raise BackupError(f"the store is not empty ({table} has rows); restore fills an empty store only")


def _holds_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608
        return cursor.fetchone() is not None


def _next_origin(previous: str) -> str:
    """The generation after the newest one known: of the backup, or of the last checkpoint signed with the key here."""
    node, _, generation = previous.rpartition("/")
    newest = int(generation)
    try:
        signed = checkpoint.read_unverified(guard.checkpoint_path().read_text(encoding="utf-8")).origin
        node_signed, _, generation_signed = signed.rpartition("/")
        newest = max(newest, int(generation_signed)) if node_signed == node else newest
    except (OSError, ValueError):
        pass
    return f"{node}/{newest + 1}"


def _set_aside() -> None:
    """Keeps the key and last checkpoint of an earlier generation under names of their own: nothing is overwritten."""
    key = settings.ENVIRONMENT.key_path
    if not key.exists():
        return
    number = next(n for n in range(1, sys.maxsize) if not key.with_suffix(f".{n}{key.suffix}").exists())
    signed = guard.checkpoint_path()
    if signed.exists():
        signed.rename(signed.with_suffix(f".{number}{signed.suffix}"))
    key.rename(key.with_suffix(f".{number}{key.suffix}"))


def _first_entry(previous: LogPart) -> services.Draft:
    fields = {"previous": previous.origin, "size": previous.size, "root": previous.root}
    if not previous.checkpoint:
        return services.act("log_restored", fields)
    row = NodeSetting(name=bundle.CLOSED + previous.origin, value=previous.checkpoint)
    return services.act(
        "log_restored", fields, kept=(KeptWrite("setting", row.name, kept.setting_digest(row), row.save),)
    )


def _restore_tables(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    known = _tables()
    for part in manifest.tables:
        if part.name not in known:
            continue
        if part.name in _MADE_BY_MIGRATING:
            with connection.cursor() as cursor:
                cursor.execute(f'DELETE FROM "{part.name}"')  # noqa: S608
        columns = [(name, kind) for name, kind in part.columns if name in known[part.name]]
        places = [i for i, (name, _) in enumerate(part.columns) if name in known[part.name]]
        missing = _defaults(part.name, {name for name, _ in columns})
        convert = [_STORED.get(kind, _same) for _, kind in columns]
        names = [f'"{name}"' for name in (*(name for name, _ in columns), *missing)]
        with archive.open(f"tables/{part.name}.jsonl") as member:
            for lines in database.chunks(member, BATCH):
                rows = [_row(json.loads(line), places, convert) + tuple(missing.values()) for line in lines]
                database.insert_rows(f'"{part.name}"', names, rows)


def _row(values: list[Any], places: list[int], convert: list[Callable[[Any], Any]]) -> tuple[Any, ...]:
    return tuple(
        None if values[place] is None else change(values[place]) for place, change in zip(places, convert, strict=True)
    )


def _defaults(table: str, given: set[str]) -> dict[str, Any]:
    """What columns an older version did not have are filled with."""
    model = next(m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table)  # noqa: SLF001
    fields = [f for f in model._meta.local_concrete_fields if f.column and f.column not in given]  # noqa: SLF001
    return {str(f.column): f.get_db_prep_save(f.get_default(), connection) for f in fields}


def _same(value: Any) -> Any:
    return value


_STORED: Final[dict[str, Callable[[Any], Any]]] = {
    "BinaryField": base64.b64decode,
    "UUIDField": database.uuid_parameter,
    "DateTimeField": lambda value: connection.ops.adapt_datetimefield_value(datetime.fromisoformat(value)),
}


def _restore_logs(archive: zipfile.ZipFile, manifest: Manifest, progress: Progress) -> None:
    total = sum(part.size for part in manifest.logs)
    done = 0
    for part in manifest.logs:
        Log.objects.create(id=part.id, origin=part.origin, verifier_key=part.verifier_key, own=part.own)
        frontier = tree.Frontier()
        with archive.open(f"logs/{part.id}.jsonl") as member:
            for lines in database.chunks(member, BATCH):
                _insert_entries(part, frontier, [line.removesuffix(b"\n") for line in lines])
                progress(done + frontier.size, total)
        if (frontier.size, frontier.root().hex()) != (part.size, part.root):
            raise BackupError(f"the entries of {part.origin} do not have the root the manifest states")
        done += frontier.size


def _insert_entries(part: LogPart, frontier: tree.Frontier, lines: list[bytes]) -> None:
    first = part.id * LOG_SPAN + frontier.size
    leaves = [tree.leaf_hash(line) for line in lines]
    try:
        keys = [entries.key_of(entries.decode(first, line).event_id) for line in lines]
    except (msgspec.MsgspecError, ValueError) as error:
        raise BackupError(f"an entry of {part.origin} cannot be read: {error}") from error
    rows = [
        (position, part.id, key, leaf, line)
        for position, (key, leaf, line) in enumerate(zip(keys, leaves, lines, strict=True), first)
    ]
    database.insert_rows("ledger_entry", ("id", "log_id", "key", "leaf", "data"), rows)
    tiles = [(store.tile_position(part.id, t.level, t.position), t.hash) for t in frontier.extend(leaves)]
    database.insert_rows("ledger_tile", ("id", "root"), tiles)


def _reset_sequences() -> None:
    """Rows came with their numbers: the next ones the database gives out must follow them."""
    statements = connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
