from importlib import import_module

from django.apps import AppConfig

KINDS = (
    "actors",
    "needs",
    "offers",
    "consultation.rounds",
    "projects.fold",
    "projects.others",
    "projects.meetings",
    "projects.calendar",
    "fund.facilities",
    "fund.shapes",
    "fund.projection",
    "training.states",
    "iati.kinds",
    "evaluation.states",
    "matching.runs",
)
"""The modules of this room that say how a kind of subject is folded."""

WAITS = (
    "needwaits",
    "consultation.waits",
    "projects.waits",
    "fund.waits",
    "training.waits",
    "evaluation.waits",
)
"""Those that say what waits for whom, and what stands in the calendar."""


class CooperationConfig(AppConfig):
    name = "countermark.cooperation"
    label = "cooperation"

    def ready(self) -> None:
        """The projection that folds the acts of this room."""
        from countermark.cooperation import projection  # noqa: F401

        for module in (*KINDS, *WAITS):
            import_module(f"countermark.cooperation.{module}")
