"""`countermark cooperation needs`: listed, shown, moved, loaded from spreadsheets and written into them."""

import click

from countermark.cli.cooperation import records


@click.group("needs")
def needs() -> None:
    """What States lack, and what running it would cost."""


records.add(needs, "needs", "need", "draft, open, met or withdrawn")

COMMANDS = (needs,)
