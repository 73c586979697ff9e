from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "countermark.marking"
    label = "marking"

    def ready(self) -> None:
        """The projection that folds the acts of this room into its views, and its view of weapons."""
        from countermark.marking import projection, statemarks  # noqa: F401
