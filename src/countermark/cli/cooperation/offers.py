"""`countermark cooperation offers`: listed, shown, moved, loaded from spreadsheets and written into them."""

import click

from countermark.cli.cooperation import records


@click.group("offers")
def offers() -> None:
    """What donors and organisations can give: the donor resource database."""


records.add(offers, "offers", "offer", "draft, open, spent or withdrawn")

COMMANDS = (offers,)
