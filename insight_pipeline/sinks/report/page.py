"""The frame of the page: head, style, policy, contents, sections, and the one script with the plots' data.

The policy lets nothing be fetched and no script run but this one, which it names by its hash. The script
is the same in every report of a version.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

import vl_convert
from markupsafe import Markup

from insight_pipeline import __version__
from insight_pipeline.model.report.given import Period
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.charts import VEGA_LITE, number_format, time_format
from insight_pipeline.sinks.report.html import tag, warning
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Plot, Section

_HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_TITLE = Term("Anrufauswertung", "Call report")


def page(period: Period, sections: Sequence[Section], language: Language) -> str:
    """The whole page as text."""
    title = f"{language.of(_TITLE)} {period.installation}"
    plots = [plot for section in sections for plot in section.plots]
    body = tag(
        "div",
        _header(title, period, sections, language),
        tag("main", *(_section(section) for section in sections)),
        _footer(period, language),
        class_="page",
    )
    root = tag(
        "html",
        _head(f"{title}, {language.spans(period.days)}"),
        tag("body", body, *_scripts(plots, language)),
        lang=language.locale,
    )
    return f"<!doctype html>\n{root}\n"


def policy() -> str:
    """The Content-Security-Policy of the page."""
    digest = base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def harmless_json(value: object) -> Markup:
    """JSON that cannot end the script element it stands in, whatever its texts are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_HARMLESS))  # noqa: S704 - what could be markup is escaped above


def _head(title: str) -> Markup:
    metas: list[dict[str, str]] = [
        {"charset": "utf-8"},
        {"http_equiv": "Content-Security-Policy", "content": policy()},
        {"name_": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name_": "color-scheme", "content": "light dark"},
        {"name_": "referrer", "content": "no-referrer"},
        {"name_": "generator", "content": f"insight-pipeline {__version__}"},
    ]
    return tag(
        "head",
        *(tag("meta", **meta) for meta in metas),
        tag("title", title),
        tag("style", Markup(_file("page.css"))),  # noqa: S704 - our own file
    )


def _header(title: str, period: Period, sections: Iterable[Section], language: Language) -> Markup:
    items = (tag("li", tag("a", part.title, href=f"#{part.name}")) for part in sections)
    contents = language.of(Term("Inhalt", "Contents"))
    made = Term(
        f"Erstellt {language.instant(period.made_utc)}. Alle Uhrzeiten: {period.timezone}.",
        f"Made {language.instant(period.made_utc)}. All times: {period.timezone}.",
    )
    return tag(
        "header",
        tag("h1", title),
        tag("p", language.spans(period.days)),
        tag("p", language.of(made), class_="soft"),
        *_warnings(period, language),
        tag("nav", tag("ul", *items), aria_label=contents),
    )


def _warnings(period: Period, language: Language) -> Iterable[Markup]:
    if missing := period.missing:
        count, days = len(missing), language.spans(missing)
        words = (
            Term(
                f"Von diesem Zeitraum ist kein Tag geladen; deshalb stehen hier keine Zahlen ({days}).",
                f"No day of this period is loaded, so there are no figures here ({days}).",
            )
            if not period.loaded
            else Term(
                f"Nicht geladen und deshalb nicht enthalten ({count} von {len(period.days)} Tagen): {days}.",
                f"Not loaded and therefore not included ({count} of {len(period.days)} days): {days}.",
            )
        )
        yield warning(language.of(words))
    if period.stale:
        days = language.spans(period.stale)
        words = Term(
            f"Seit dem Laden ist für diese Tage etwas hinzugekommen; ihre Zahlen sind veraltet: {days}.",
            f"Something was added for these days since they were loaded; their figures are old: {days}.",
        )
        yield warning(language.of(words))


def _section(part: Section) -> Markup:
    heading = f"{part.name}-title"
    return tag(
        "section",
        tag("h2", part.title, id=heading),
        part.body,
        id=part.name,
        aria_labelledby=heading,
    )


def _footer(period: Period, language: Language) -> Markup:
    words = Term(
        f"Erstellt von insight-pipeline {__version__} aus den Daten der Anlage {period.installation}. Diese "
        "Seite ist vollständig: sie lädt nichts nach. Sie enthält personenbezogene Daten.",
        f"Made by insight-pipeline {__version__} from the data of the installation {period.installation}. "
        "This page is complete: it loads nothing. It holds personal data.",
    )
    return tag("footer", tag("p", language.of(words)))


def _scripts(plots: Sequence[Plot], language: Language) -> Iterable[Markup]:
    if not plots:
        return
    data = {
        "plots": {plot.name: plot.specification for plot in plots},
        "numbers": number_format(language.locale),
        "dates": time_format(language.locale),
    }
    yield tag("script", harmless_json(data), type="application/json", id="plots")
    yield tag("script", Markup(_script()))  # noqa: S704 - our own file and Vega


@cache
def _script() -> str:
    """Vega and what starts it, its licences in front; nothing in it can end the element."""
    bundle = vl_convert.javascript_bundle(_file("page.js"), vl_version=VEGA_LITE)
    notice = _file("licences.txt")
    return f"/*\n{notice}*/\n{bundle}".replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _file(name: str) -> str:
    return (resources.files("insight_pipeline.sinks.report") / name).read_text(encoding="utf-8")
