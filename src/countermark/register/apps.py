from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "countermark.register"
    label = "register"

    def ready(self) -> None:
        """Views first, then the projection that keeps them."""
        from countermark.register import projection, rows  # noqa: F401
