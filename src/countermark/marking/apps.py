from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "countermark.marking"
    label = "marking"

    def ready(self) -> None:
        """The projection that folds the acts of this room into its views."""
        from countermark.marking import projection  # noqa: F401
