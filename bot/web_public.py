"""Routes that need no token: images as shown, the taxonomy and the widget's texts in a language."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse

from bot import names
from bot.displayed import TYPES, VERSION
from bot.web_bodies import NamedAspect, NamedAttribute, NamedTaxonomy, WidgetLocale, WidgetWording
from bot.web_parts import ERRORS, Id, PartsHere, get_and_head, operator
from bot.web_problems import Problem, wanted_languages
from bot.wording import negotiate, wording
from feedback.taxonomy import taxonomy

router = APIRouter(tags=["public"], responses=ERRORS)

IMMUTABLE = "public, max-age=31536000, immutable"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FOR_A_WHILE = "public, max-age=300"
Locales = Annotated[
    str, Query(description="BCP 47 tags, separated by commas; the first known one counts.", max_length=300)
]


@get_and_head(
    router,
    "/images/{image_id}",
    summary="An image as it is shown",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}}}, 304: {"description": "Not changed; it never does."}},
)
async def get_image(image_id: Id, request: Request, parts: PartsHere) -> Response:
    """A copy of bounded size without metadata. Ids cannot be guessed; whoever was shown one may fetch it."""
    image = await parts.store.get_image(image_id)
    headers = {**HEADERS, "Cache-Control": IMMUTABLE, "ETag": f'"{image.sha256[:32]}-{VERSION}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    try:
        path = await parts.displayed.find(image.sha256)
    except FileNotFoundError:
        raise Problem(404, "image") from None
    return FileResponse(path, media_type="image/jpeg", headers=headers)


@get_and_head(
    router,
    "/images/{image_id}/original",
    tags=["operators"],
    summary="An image, byte for byte",
    dependencies=[Depends(operator("read"))],
    response_class=FileResponse,
    responses={200: {"content": {kind: {} for kind in TYPES.values()}}},
)
async def get_original(image_id: Id, parts: PartsHere) -> FileResponse:
    """With whatever metadata it came with; as a download, never as a page."""
    image = await parts.store.get_image(image_id)
    path = parts.media.path(image.sha256)
    if not path.is_file():
        raise Problem(404, "image")
    name = f"{image.sha256}.{image.format.lower()}"
    headers = {**HEADERS, "Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=TYPES[image.format], filename=name, headers=headers)


@router.get("/taxonomy", summary="Aspects and their names in a language")
async def get_taxonomy(response: Response, locale: Locales = "en") -> NamedTaxonomy:
    """What labels are made of."""
    response.headers["Cache-Control"] = FOR_A_WHILE
    named = cast(dict[str, Any], names.taxonomy_names(negotiate(wanted_languages(locale))))
    aspects = [
        NamedAspect(
            name=code,
            label=aspect["name"],
            about=taxonomy().aspects[code].about,
            attributes=[NamedAttribute(name=name, label=label) for name, label in aspect["attributes"].items()],
        )
        for code, aspect in named["aspects"].items()
    ]
    return NamedTaxonomy(**{**named, "aspects": aspects})


@router.get("/wording", summary="The widget's texts in a language")
async def get_wording(response: Response, locale: Locales = "en") -> WidgetWording:
    """And every language there is a catalogue for."""
    response.headers["Cache-Control"] = FOR_A_WHILE
    said = cast(dict[str, Any], names.widget_strings(negotiate(wanted_languages(locale))))
    locales = [WidgetLocale(tag=tag, name=name, dir=wording(tag).dir) for tag, name in said["languages"].items()]
    return WidgetWording(locale=said["locale"], dir=said["dir"], locales=locales, strings=said["strings"])
