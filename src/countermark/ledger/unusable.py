"""When it is the store that cannot be used, and not this program or the person that is at fault. Pure, and quick to import."""

import errno
from typing import Final

_NAMES: Final = frozenset({"OperationalError", "InterfaceError", "DiskFullError", "StoreUnusableError"})
_BROKEN: Final = ("malformed", "is not a database", "disk image")
"""What SQLite says of a file that is damaged, or no store at all, in errors that have no class of their own."""
_READ_ONLY: Final = "25006"
"""What PostgreSQL answers where nothing may be written: a standby, or a database set to read only."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_unusable(error: BaseException) -> bool:
    """Whether an error says that the store is out of reach, locked past the time-out, damaged, read-only, or its disk full.

    Names, not classes: the classes live in modules a small command does not import.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _NAMES or (isinstance(error, OSError) and error.errno in _FULL):
        return True
    if "DatabaseError" not in names:
        return False
    broken = type(error).__name__ == "DatabaseError" and any(words in str(error) for words in _BROKEN)
    return broken or _READ_ONLY in (getattr(error, "sqlstate", None), getattr(error.__cause__, "sqlstate", None))
