"""Who may see what of another: a State publishes a record, shares it with partners it names, or keeps it to itself. Pure."""

from collections.abc import Iterable
from typing import Literal

Visibility = Literal["private", "partners", "public"]
VISIBILITIES: tuple[Visibility, ...] = ("private", "partners", "public")


def sees(viewer: str, owner: str, visibility: str, partners: Iterable[str]) -> bool:
    """Whether somebody who speaks for the actor `viewer` (empty: for nobody) may see a record of the actor `owner`.

    Anything but `public` and `partners` is private: what another version wrote and this one does not know stays closed.
    """
    if visibility == "public":
        return True
    if not viewer:
        return False
    return viewer == owner or (visibility == "partners" and viewer in set(partners))
