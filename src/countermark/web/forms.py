"""How forms of every room are drawn: labels, help, errors beside their field, Tabler's classes on the controls."""

from django.forms.renderers import TemplatesSetting


class HouseRenderer(TemplatesSetting):
    """Uses the form templates of this room."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
