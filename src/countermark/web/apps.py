from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "countermark.web"
    label = "web"
