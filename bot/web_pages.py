"""The chat page and the widget's script, as static as can be: no inline script, no cookie, nothing from elsewhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from bot.web_parts import ERRORS, CampaignName, Parts, PartsHere, get_and_head
from bot.web_problems import Problem, wanted_languages
from bot.web_public import FOR_A_WHILE, IMMUTABLE
from bot.widget import bundle
from bot.wording import negotiate, wording
from feedback.errors import NotFound
from feedback.records import Campaign

router = APIRouter(tags=["pages"], responses=ERRORS)

PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
EMBEDDED_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

Language = Annotated[str, Query(alias="lang", description="A BCP 47 tag; default: Accept-Language.", max_length=100)]
Page = Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Default: the newest campaign.")]


def _returning(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}}}


@get_and_head(router, "/", summary="The chat", response_class=Response, responses=_returning("text/html"))
async def home(request: Request, parts: PartsHere, campaign: Page = None, language: Language = "") -> Response:
    """With the campaign asked for, or the newest one."""
    return _page(await _campaign(parts, campaign), request, language)


@get_and_head(router, "/c/{name}", summary="The chat", response_class=Response, responses=_returning("text/html"))
async def chat(name: CampaignName, request: Request, parts: PartsHere, language: Language = "") -> Response:
    """With one campaign."""
    return _page(await _campaign(parts, name), request, language)


@get_and_head(
    router,
    "/widget.js",
    summary="The widget, rolling",
    response_class=Response,
    responses={200: {"content": {"text/javascript": {}}}},
)
async def widget(request: Request) -> Response:
    """For one script tag on any site; asked for again every few minutes."""
    return _script(request, FOR_A_WHILE)


@get_and_head(
    router,
    "/widget/{version}.js",
    summary="The widget, one version",
    response_class=Response,
    responses=_returning("text/javascript"),
)
async def widget_version(version: str, request: Request) -> Response:
    """For a script tag with `integrity`: these bytes never change under this address."""
    if version != bundle.script_hash():
        raise Problem(404, "not-found")
    return _script(request, IMMUTABLE)


@get_and_head(
    router,
    "/widget/page.css",
    summary="The chat page's style",
    response_class=Response,
    responses={200: {"content": {"text/css": {}}}},
)
async def stylesheet() -> Response:
    """Of the page; the widget brings its own."""
    return Response(bundle.stylesheet(), headers={"Cache-Control": FOR_A_WHILE}, media_type="text/css")


def _page(campaign: Campaign, request: Request, language: str) -> Response:
    wanted = [*wanted_languages(language), *wanted_languages(request.headers.get("accept-language"))]
    said = wording(negotiate(wanted))
    html = bundle.page(campaign=campaign.name, title=campaign.title, locale=said.locale, direction=said.dir)
    return Response(html, headers=PAGE_HEADERS, media_type="text/html")


def _script(request: Request, caching: str) -> Response:
    headers = {**EMBEDDED_HEADERS, "Cache-Control": caching, "ETag": f'"{bundle.script_hash()}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(bundle.script(), headers=headers, media_type="text/javascript")


async def _campaign(parts: Parts, name: str | None) -> Campaign:
    try:
        return await parts.store.get_campaign(name) if name else await _newest(parts)
    except NotFound:
        raise Problem(404, "no-campaign") from None


async def _newest(parts: Parts) -> Campaign:
    current = [campaign for campaign in await parts.store.list_campaigns() if not campaign.archived]
    if not current:
        raise Problem(404, "no-campaign")
    return max(current, key=lambda campaign: campaign.created_at)
