"""What the routes share: the parts of the application, and who is asking, as FastAPI dependencies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.metrics import Metrics
from bot.parts import SharedParts
from bot.web_events import Streams
from bot.web_problems import MEDIA_TYPE, Problem, too_many
from bot.web_security import Limits, VisitorTokens
from feedback.errors import NotFound
from feedback.records import Annotator, Scope

if TYPE_CHECKING:
    from bot.worker import Worker


Route = TypeVar("Route", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Parts(SharedParts):
    """Everything a route may need; one per application."""

    worker: "Worker | None"  # None: another process reads
    metrics: Metrics
    tokens: VisitorTokens
    limits: Limits
    streams: Streams
    campaign_ids: dict[str, str] = field(default_factory=dict)


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsHere = Annotated[Parts, Depends(_parts)]
Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
CampaignName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
FlagName = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", description="spam, pii or not_appropriate")]
Cursor = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_-]{1,64}$", description="The `next` of the page before.")]

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": about,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
    for status, about in {
        401: "No token or key, or one that is not good any more.",
        403: "Not from this site, or not with this key.",
        404: "Not there, or not yours.",
        409: "Contradicts what is kept.",
        413: "Too large.",
        422: "Not as it should be; `errors` says where.",
        429: "Too often; `Retry-After` says when.",
        500: "A fault of the server.",
        503: "Busy just now; `Retry-After` says when.",
        507: "The disk is full.",
    }.items()
}


def get_and_head(router: APIRouter, path: str, **options: Any) -> Callable[[Route], Route]:
    """A GET that answers HEAD in the same way, behind the same doors; the API's description names GET alone."""

    def add(route: Route) -> Route:
        router.add_api_route(path, route, methods=["GET"], **options)
        router.add_api_route(path, route, methods=["HEAD"], **options, include_in_schema=False)
        return route

    return add


visitor_bearer = HTTPBearer(scheme_name="visitor", description="The token of POST /visitors.", auto_error=False)
_operator = HTTPBearer(scheme_name="operator", description="A key of `opine key add`.", auto_error=False)


async def _annotator_id(
    parts: PartsHere, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(visitor_bearer)]
) -> str:
    annotator_id = parts.tokens.find(credentials.credentials) if credentials else None
    if annotator_id is None:
        raise session_ended()
    return annotator_id


IdHere = Annotated[str, Depends(_annotator_id)]


async def _person(parts: PartsHere, annotator_id: IdHere) -> Annotator:
    """The visitor whose token this is; someone who was erased has none any more."""
    try:
        return await parts.store.get_annotator(annotator_id)
    except NotFound:
        raise session_ended() from None


def session_ended() -> Problem:
    """The token is missing, forged, expired, or of someone who was erased: ask for a new one."""
    return Problem(401, "session", headers={"WWW-Authenticate": "Bearer"})


async def campaign_id(parts: Parts, name: str) -> str:
    """The campaign's id, looked up once; a 404 lists no names: which campaigns there are is the operators' business."""
    if name not in parts.campaign_ids:  # a name is never taken away nor given to another campaign
        try:
            parts.campaign_ids[name] = (await parts.store.get_campaign(name)).id
        except NotFound:
            raise Problem(404, "no-campaign") from None
    return parts.campaign_ids[name]


PersonHere = Annotated[Annotator, Depends(_person)]


async def _unhurried(parts: PartsHere, annotator_id: IdHere) -> None:
    # Before anything is read: refusing must cost much less than accepting.
    if wait := parts.limits.visitors.take(annotator_id):
        raise too_many(wait)


UNHURRIED = Depends(_unhurried)


def operator(scope: Scope) -> Callable[..., Awaitable[None]]:
    """A dependency that lets nobody through but holders of a key with this scope."""

    async def check(
        parts: PartsHere, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_operator)]
    ) -> None:
        key = await parts.store.find_key(credentials.credentials) if credentials else None
        if key is None:
            raise Problem(401, "key-needed", headers={"WWW-Authenticate": "Bearer"})
        if scope not in key.scopes:
            raise Problem(403, "scope-missing", scope=scope)

    return check
