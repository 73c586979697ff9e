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
    "iati.received",
    "evaluation.states",
    "matching.runs",
)
"""The modules of this room that say how a kind of subject is folded."""


class CooperationConfig(AppConfig):
    name = "countermark.cooperation"
    label = "cooperation"

    def ready(self) -> None:
        """The projection that folds the acts of this room."""
        from countermark.cooperation import projection  # noqa: F401

        for module in KINDS:
            import_module(f"countermark.cooperation.{module}")
