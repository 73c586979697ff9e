"""Which exit status an exception means, and what to tell the person (contract, *Commands*)."""

from typing import Final

STORE_NAMES: Final = frozenset({"OperationalError", "InterfaceError", "DiskFullError", "StoreUnusableError"})
BROKEN_STORE: Final = ("malformed", "is not a database", "disk image")
"""What SQLite says of a file that is damaged, or no store at all, in errors that have no class of their own."""
READ_ONLY: Final = "25006"
"""What PostgreSQL answers where nothing may be written: a standby, or a database set to read only."""
USAGE_NAMES: Final = frozenset({
    "EnvironmentProblem", "UnreadableFile", "SeveralSourcesError", "UnmappedColumns", "MappingProblem", "NewerSchemaError", "KeyFileError",
})  # fmt: skip
FINDING_NAMES: Final = frozenset({
    "LedgerError", "RolledBackError", "Refused", "CheckpointError", "BundleError", "TreeError", "AccountError",
    "UnknownLoad", "SearchError",
})  # fmt: skip


def status_of(error: Exception) -> int | None:
    """3 for a store that cannot be reached or written, 2 for wrong usage, 1 for a refusal, None for a fault of ours.

    Names, not classes: the classes live in modules a small command does not import.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & STORE_NAMES or _is_unusable_store(error, names) or (isinstance(error, OSError) and error.errno == 28):
        return 3
    if names & USAGE_NAMES:
        return 2
    if names & FINDING_NAMES:
        return 1
    if isinstance(error, OSError):
        return 2
    return None


def _is_unusable_store(error: Exception, names: set[str]) -> bool:
    if "DatabaseError" not in names:
        return False
    broken = type(error).__name__ == "DatabaseError" and any(words in str(error) for words in BROKEN_STORE)
    return broken or READ_ONLY in (getattr(error, "sqlstate", None), getattr(error.__cause__, "sqlstate", None))


def message_of(error: Exception) -> str:
    """One line for a person."""
    text = str(error).strip() or type(error).__name__
    if status_of(error) == 3:
        return f"the store cannot be used, nothing was left half done: {text}"
    return text
