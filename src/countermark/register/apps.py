from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "countermark.register"
    label = "register"
