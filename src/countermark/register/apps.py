from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "countermark.register"
    label = "register"

    def ready(self) -> None:
        """Views, the projections that keep them, and the kept tables `verify` covers."""
        from countermark.register import cases, lists, mentions, papers, projection, rows, searches  # noqa: F401
