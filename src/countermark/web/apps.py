from django.apps import AppConfig
from django.conf import settings


class WebConfig(AppConfig):
    name = "countermark.web"
    label = "web"

    def ready(self) -> None:
        """Puts the mirrored English in place where the environment asks for it."""
        if settings.ENVIRONMENT.pseudo_locale:
            from countermark.web import pseudo

            pseudo.install()
