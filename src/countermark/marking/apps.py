from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "countermark.marking"
    label = "marking"

    def ready(self) -> None:
        """The projection that folds the acts of this room into its views, its view of weapons, and what records must be."""
        from countermark.marking import (  # noqa: F401
            arrivals,
            catalogue,
            consultations,
            equipment,
            found,
            numbering,
            origins,
            panels,
            projection,
            statemarks,
            staterules,
        )
