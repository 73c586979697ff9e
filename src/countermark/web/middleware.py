"""Headers every answer carries, and an answer that makes sense when the store cannot be reached."""

from collections.abc import Callable

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from countermark.ledger.unusable import is_unusable
from countermark.web import errors

Respond = Callable[[HttpRequest], HttpResponseBase]

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


class Hardening:
    """Adds the headers, keeps pages out of shared and back-button caches, and turns a lost store into 503."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.respond(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_view(self, request: HttpRequest, _view: object, _args: object, named: dict[str, object]) -> None:
        """Nothing there is has NUL in its name, and not every database may be asked for it. The API answers in its own form."""
        if "\0" in "".join(one for one in named.values() if isinstance(one, str)) and not request.path.startswith(
            "/api/"
        ):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A store that is locked past its time-out, full, read-only or gone is no fault of the request."""
        if is_unusable(exception):
            return errors.unavailable(request, exception)
        return None


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves the files of `static/`, each in one piece: all are small, and an ASGI server cannot stream from a plain file."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse | FileResponse:
        """One file, or what a conditional or range request asks of it."""
        streamed: HttpResponse | FileResponse = WhiteNoiseMiddleware.serve(static_file, request)
        if not isinstance(streamed, FileResponse):
            return streamed
        whole = HttpResponse(streamed.getvalue(), status=streamed.status_code, headers=dict(streamed.headers))
        streamed.close()
        return whole
