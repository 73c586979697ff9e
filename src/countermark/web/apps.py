from django.apps import AppConfig
from django.conf import settings


class WebConfig(AppConfig):
    name = "countermark.web"
    label = "web"

    def ready(self) -> None:
        """Fills the home page and the field that finds anything; makes the mirrored English where asked for."""
        from countermark.web import cards, finders

        cards.fill()
        finders.fill()
        if settings.ENVIRONMENT.pseudo_locale:
            from countermark.web import pseudo

            pseudo.install()
