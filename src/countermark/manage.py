"""Django's own commands, for developers (making migrations, checking settings)."""

import os
import sys


def main() -> None:
    """Runs a Django management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countermark.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
