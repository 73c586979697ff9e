"""Which exit status an exception means, and what to tell the person (contract, *Commands*)."""

from typing import Final

from countermark.ledger.unusable import is_unusable

USAGE_NAMES: Final = frozenset({
    "EnvironmentProblem", "UnreadableFile", "SeveralSourcesError", "UnmappedColumns", "MappingProblem", "NewerSchemaError", "KeyFileError",
    "UnreadableBackup", "UnreadableBundle",
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
    if is_unusable(error):
        return 3
    if names & USAGE_NAMES:
        return 2
    if names & FINDING_NAMES:
        return 1
    if isinstance(error, OSError):
        return 2
    return None


def message_of(error: Exception) -> str:
    """One line for a person."""
    text = str(error).strip() or type(error).__name__
    if status_of(error) == 3:
        return f"the store cannot be used, nothing was left half done: {text}"
    return text
