"""Ways to fund assistance compared (seed 48, 58): every input is on the page and can be changed; nothing of it is kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import drawing as charts
from countermark.cooperation.fund import drawing, figures, queries
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.figures import Figures
from countermark.cooperation.fund.rules import money, scenarios
from countermark.cooperation.fund.rules.scenarios import MODELS, Model, Needs, Result
from countermark.cooperation.fund.shapes import Window
from countermark.cooperation.fund.views.common import GET_OR_POST, VIEW, page, to
from countermark.cooperation.views.pages import Cell, Picture, Table, listed, viewer
from countermark.cooperation.words import LABELS

SHARES = ("certain", "collected", "overhead")
YEARS, MOST_YEARS = 5, 10
MOST_REGIONS = 12


def model_name(kind: str) -> str:
    """A way to fund, in the reader's language."""
    return _(LABELS["fundmodel"][kind])


class Setting(forms.Form):
    """Which years, in which currency, for which regions: what the other inputs depend on."""

    first = forms.IntegerField(label=lazy("First year"), min_value=1950, max_value=9000)
    count = forms.IntegerField(label=lazy("Years"), min_value=1, max_value=MOST_YEARS)
    currency = forms.CharField(label=lazy("Currency"), max_length=3)
    regions = forms.CharField(label=lazy("Regions"), required=False, max_length=400)
    shown = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    """In which currency and for which regions the inputs were shown that are sent."""

    def clean_currency(self) -> str:
        """A currency of ISO 4217."""
        code = str(self.cleaned_data["currency"]).upper()
        if code not in money.currencies():
            raise forms.ValidationError(_("Three letters (ISO 4217)."))
        return code


class Inputs(Setting):
    """Every input of the comparison, as a table of years: filled in from the store, changed by the reader."""

    template_name = "cooperation/fund_inputs.html"
    button = lazy("Work it out")

    def __init__(self, known: Figures, regions: Sequence[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.known, self.region_names = known, list(regions)
        self.start: dict[str, float | None] = {}
        for number, year in enumerate(known.years):
            self._add(f"need_{year}", known.needs[number], _("Needed in %(year)d") % {"year": year})
            for kind in MODELS:
                self._add(f"{kind}_{year}", known.income[kind][number], f"{model_name(kind)}, {year}")
        for kind in MODELS:
            for name, of in ((one, getattr(known, one)[kind]) for one in SHARES):
                self._add(f"{kind}_{name}", of, f"{model_name(kind)}: {_(LABELS['fundshare'][name])}", share=True)
        self._add(
            "existing_reach", known.reach, f"{model_name('existing')}: {_(LABELS['fundshare']['reach'])}", share=True
        )
        for number, region in enumerate(self.region_names):
            self._add(
                f"needs_of_{number}",
                known.need_regions.get(region),
                _("Needs of %(region)s") % {"region": region},
                share=True,
            )
            self._add(
                f"window_of_{number}",
                known.income_regions.get(region),
                _("Window for %(region)s") % {"region": region},
                share=True,
            )

    def _add(self, name: str, known: float | None, label: str, *, share: bool = False) -> None:
        value = None if known is None else _round(known * 100, 1) if share else _round(known, 0)
        most = 100 if share else 10**13
        widget = forms.NumberInput(attrs={"step": "any", "aria-label": label})
        self.fields[name] = forms.FloatField(
            label=label, required=False, min_value=0, max_value=most, widget=widget, initial=value
        )
        self.start[name] = value

    def figure(self, name: str) -> float | None:
        """What an input says now: what was entered, else what the store knows; None for unknown."""
        if not self.is_bound:
            return self.start[name]
        value = getattr(self, "cleaned_data", {}).get(name)
        return None if value is None else float(value)

    def source(self, name: str) -> str:
        """Where an input comes from: `store`, `said` or `none`."""
        value = self.figure(name)
        return "none" if value is None else "store" if value == self.start[name] else "said"

    def share(self, name: str) -> float | None:
        """An input that is a percentage, as a share of 1."""
        value = self.figure(name)
        return None if value is None else value / 100

    def needs(self) -> Needs:
        """What is needed, by year, and how it divides among regions."""
        shares = {region: self.share(f"needs_of_{number}") for number, region in enumerate(self.region_names)}
        return Needs(tuple(self.figure(f"need_{year}") for year in self.known.years), _whole(shares))

    def model(self, kind: str) -> Model:
        """One way to fund."""
        windows = {region: self.share(f"window_of_{number}") for number, region in enumerate(self.region_names)}
        certain, collected, overhead = (self.share(f"{kind}_{name}") for name in SHARES)
        return Model(
            kind,
            tuple(self.figure(f"{kind}_{year}") for year in self.known.years),
            certain,
            collected,
            overhead,
            carry=kind != "regular",
            reach=self.share("existing_reach") if kind == "existing" else 1.0,
            by_region=_whole(windows) if kind == "regional" else None,
        )

    # How the template lays the inputs out.

    def settings_fields(self) -> list[forms.BoundField]:
        """The inputs the others depend on."""
        return [self[name] for name in Setting.base_fields if name != "shown"]

    def year_rows(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """What is needed and what each way brings, a row each, by year."""
        yield _("Needed"), [self[f"need_{year}"] for year in self.known.years]
        for kind in MODELS:
            yield model_name(kind), [self[f"{kind}_{year}"] for year in self.known.years]

    def share_rows(self) -> Iterator[tuple[str, list[forms.BoundField | None]]]:
        """The percentages of each way, a row each."""
        for kind in MODELS:
            yield (
                model_name(kind),
                [*(self[f"{kind}_{name}"] for name in SHARES), self["existing_reach"] if kind == "existing" else None],
            )

    def region_rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """How needs and windows divide among regions, a row each."""
        return [
            (region, [self[f"needs_of_{number}"], self[f"window_of_{number}"]])
            for number, region in enumerate(self.region_names)
        ]

    def share_heads(self) -> list[str]:
        """The heads of the percentages."""
        return [_(one) for one in LABELS["fundshare"].values()]


def _round(value: float, places: int) -> float:
    """A figure as a field shows it: 40, not 40.0."""
    rounded = round(value, places)
    return int(rounded) if rounded == int(rounded) else rounded


def _whole(shares: Mapping[str, float | None]) -> dict[str, float | None]:
    """Shares made to add up to 1, however they were entered; unknown where any is."""
    total = sum(value or 0.0 for value in shares.values())
    if None in shares.values() or not total:
        return dict.fromkeys(shares, None)
    return {region: (value or 0.0) / total for region, value in shares.items()}


def _inputs(request: HttpRequest) -> Inputs:
    """The inputs as the address says them, the others from the store; a setting that is none is taken as if it was not said."""
    asked = Setting(request.GET)
    asked.is_valid()
    good: dict[str, Any] = {
        "first": int(today()[:4]),
        "count": YEARS,
        "currency": _currency(),
        **getattr(asked, "cleaned_data", {}),
    }
    years = list(range(good["first"], good["first"] + good["count"]))
    known = figures.figures(viewer(request), years, good["currency"])
    given = [one.strip() for one in str(good.get("regions") or "").split(",") if one.strip()]
    regions = list(dict.fromkeys(given or [*known.need_regions, *known.income_regions]))[:MOST_REGIONS]
    setting = good | {"regions": ", ".join(regions), "shown": f"{good['currency']} {', '.join(regions)}"}
    form = Inputs(known, regions, initial=setting)
    if not request.GET:
        return form
    data = setting | form.start | _still_meant(request, good["currency"], setting["shown"])
    form = Inputs(known, regions, data | {"shown": setting["shown"]}, initial=setting)
    form.is_valid()
    return form


def _still_meant(request: HttpRequest, currency: str, shown: str) -> dict[str, Any]:
    """What was entered, without amounts that were entered in another currency, and shares of what were other regions."""
    was = request.GET.get("shown", shown)
    dropped = (["_of_"] if was != shown else []) + (["year"] if was[:3] != currency else [])
    kinds = {name: "year" if name[-4:].isdigit() else "_of_" if "_of_" in name else "" for name in request.GET}
    return {name: value for name, value in request.GET.items() if kinds[name] not in dropped}


def _currency() -> str:
    """The currency the first open window reports in."""
    found = queries.windows("open")
    return found[0].of(Window).currency if found else "USD"


def _percent(value: float | None) -> Cell:
    return Cell(_("no data"), amount=True) if value is None else Cell(f"{value * 100:.0f}\u00a0%", amount=True)


def _sum(value: float | None) -> Cell:
    return (
        Cell(_("no data"), amount=True) if value is None else Cell(f"{value:,.0f}".replace(",", "\u00a0"), amount=True)
    )


@requires(VIEW)
@GET_OR_POST
def models(request: HttpRequest) -> HttpResponseBase:
    """Ways to fund, side by side: adequacy, predictability, steadiness, year by year, what is assumed, and where every figure comes from."""
    form = _inputs(request)
    found = scenarios.compared(form.needs(), [form.model(kind) for kind in MODELS])
    query = request.GET.urlencode()
    address = to("fund_models_chart") + (f"?{query}" if query else "")
    picture = Picture(_("Share of needs met, by year"), address, _in_words(found, form.known.years))
    tables = [_results(found), *(_years(one, form) for one in found), _assumed(), _sources(form)]
    return listed(request, page(_("Ways to fund compared"), tables=tables, pictures=[picture], filter=form))


@requires(VIEW)
@require_GET
def chart(request: HttpRequest) -> HttpResponse:
    """The comparison as SVG."""
    form = _inputs(request)
    found = scenarios.compared(form.needs(), [form.model(kind) for kind in MODELS])
    labels = {kind: model_name(kind) for kind in MODELS}
    return charts.answer(drawing.spec(form.known.years, found, labels, (_("Year"), _("Share of needs met"))))


def _in_words(found: Sequence[Result], years: Sequence[int]) -> str:
    """What the chart shows, for who does not see it."""
    told = [_("Share of needs met from %(first)d to %(last)d.") % {"first": years[0], "last": years[-1]}]
    for one in found:
        said = _("no data") if one.adequacy is None else f"{one.adequacy * 100:.0f} %"
        told.append(f"{model_name(one.kind)}: {said}.")
    return " ".join(told)


def _results(found: Sequence[Result]) -> Table:
    rows = [
        [
            Cell(model_name(one.kind)),
            *map(_percent, (one.adequacy, one.worst, one.predictability, one.steadiness)),
            Cell(_("%(known)d of %(years)d") % {"known": one.known, "years": len(one.years)}, amount=True),
        ]
        for one in found
    ]
    headers = [
        _("Way to fund"),
        _("Adequacy"),
        _("Leanest year"),
        _("Predictability"),
        _("Steadiness"),
        _("Years known"),
    ]
    return Table(_("Adequacy and predictability"), headers, rows, id="results")


def _years(one: Result, form: Inputs) -> Table:
    rows = [
        [Cell(str(year), exact=True), _sum(of.need), _sum(of.available), _sum(of.met), _percent(of.adequacy)]
        for year, of in zip(form.known.years, one.years, strict=True)
    ]
    headers = [_("Year"), _("Needed"), _("Available"), _("Met"), _("Adequacy")]
    title = _("%(way)s, in %(currency)s") % {"way": model_name(one.kind), "currency": form.known.currency}
    return Table(title, headers, rows, id=f"years-{one.kind}")


def _assumed() -> Table:
    lines = [
        (
            _("Adequacy"),
            _(
                "The share of what is needed that is met. A need that is not met in its year does not wait for the next."
            ),
        ),
        (_("Predictability"), _("The share of the income of a year that is certain when the year begins.")),
        (_("Steadiness"), _("How little the income swings from year to year: 100 % where every year brings the same.")),
        (model_name("dedicated"), _("What is left of a year is carried on to the next.")),
        (model_name("regular"), _("What is left at the end of a year lapses.")),
        (model_name("regional"), _("Money of one region's window meets no need of another.")),
        (model_name("existing"), _("It meets only the share of needs that may apply under its conditions.")),
        (
            _("Needs"),
            _(
                "Open needs you may see: what is asked for once is spread evenly over their years, running costs stand in each."
            ),
        ),
        (
            _("Income"),
            _("Pledges in the year they fall due, and what was assessed for the year; none where nothing was said."),
        ),
        (
            _("Other currencies"),
            _("Changed by the last rate entered; without a rate a figure is no data, never nothing."),
        ),
    ]
    rows = [[Cell(what), Cell(said)] for what, said in lines]
    return Table(_("What is assumed"), [_("What"), _("How")], rows, id="assumed")


def _sources(form: Inputs) -> Table:
    rows = [
        [
            Cell(str(form.fields[name].label)),
            Cell("" if form.figure(name) is None else f"{form.figure(name):.10g}", amount=True),
            Cell(_(LABELS["fundsource"][form.source(name)])),
        ]
        for name in form.start
    ]
    return Table(_("Where the figures come from"), [_("Figure"), _("Value"), _("Source")], rows, id="sources")
