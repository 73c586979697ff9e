"""Reference lists: what is known, and the spellings somebody must look at."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.register import lists as services
from countermark.register import words
from countermark.register.checking import Refused
from countermark.register.queries import spellings
from countermark.register.views.common import actor, say_refused

TERMS_SHOWN = 1000


@requires("list.review")
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """One list: spellings that wait for review first, then its terms with their aliases."""
    chosen = request.GET.get("list", "maker")
    chosen = chosen if chosen in words.LISTS else "maker"
    terms = services.terms(chosen)
    waiting, more = spellings.provisional(chosen, terms)
    known = [term for term in terms if term.state == services.KNOWN]
    context = {
        "chosen": chosen,
        "names": words.LISTS,
        "waiting": waiting,
        "more": more,
        "terms": known[:TERMS_SHOWN],
        "cut": len(known) > TERMS_SHOWN,
        "rejected": [term for term in terms if term.state == services.REJECTED],
    }
    return render(request, "register/lists.html", context)


@requires("list.review")
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """Accepts a spelling as a term, makes it an alias, or rejects it."""
    said = {key: request.POST.get(key, "").strip() for key in ("list", "text", "decision", "term", "reason")}
    try:
        services.review(
            said["list"],
            request.POST.get("text", ""),
            said["decision"],
            term=said["term"],
            reason=said["reason"][:500],
            by=actor(request),
        )
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The review of %(text)s was recorded.") % {"text": said["text"]})
    chosen = said["list"] if said["list"] in words.LISTS else "maker"
    return redirect(f"{reverse('register:lists')}?list={chosen}")
