"""The description of the API where the library's own falls short: problem documents, and answers that are no JSON."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from countermark.web.api.problems import MEDIA_TYPE, TITLES, answer

PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}


class DescribedAPI(NinjaAPI):
    """Names the media type of every answer, and the refusals that any operation may give."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses of the API; every other one below it is answered with a problem document too."""
        patterns, application, namespace = super().urls
        return [*patterns, re_path("", nowhere)], application, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The document under `/api/openapi.json`."""
        document = super().get_openapi_schema(**options)
        for path in document["paths"].values():
            for operation in path.values():
                _describe(operation)
        return document


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """404."""
    return answer(404, "there is nothing at this address")


def _describe(operation: dict[str, Any]) -> None:
    responses: dict[Any, Any] = operation["responses"]
    media_type = operation.pop("x-media-type", "")
    for status in (401, 403):
        responses.setdefault(status, {})
    if "requestBody" in operation:
        for status in (400, 413, 422):
            responses.setdefault(status, {})
    for status, response in responses.items():
        if int(status) >= 400:
            response.update(description=TITLES[int(status)], content={MEDIA_TYPE: PROBLEM})
        elif media_type:
            response.update(content={media_type: {"schema": {"type": "string"}}})
    responses[503] = {"description": TITLES[503]}
