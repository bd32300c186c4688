"""Every error as problem+json (RFC 9457): a sentence in the person's language, never what they sent, and a trace id."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import names
from bot.wording import negotiate
from feedback.errors import Conflict, NotFound, StoreError, StoreFull
from feedback.media import BadImage, NoRoom
from feedback.records import MAX_TEXT

MEDIA_TYPE = "application/problem+json"
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")
_TAGS = 10
RETRY_SECONDS = 2

# Told to operators and their tools, in English; what people meet has its sentences in the catalogues (names.ERRORS).
SENTENCES = {
    "key-needed": "Send an operator's key: Authorization: Bearer ... (`opine key add` makes one).",
    "scope-missing": "This key lacks the scope {scope}; make one that has it with `opine key add`.",
    "origin-refused": "This site may not use the server; the operator can add it to OPINE_ORIGINS.",
    "preflight-refused": "Only the methods and headers in the Access-Control-Allow headers may be used.",
    "invalid": "The request is not as it should be: {what}.",
    "bad-image": "{reason}",
    "conflict": "{reason}",
    "refused": "{reason}",
    "unreadable": "The body could not be read: send JSON in UTF-8, or a form where a file is asked for.",
    "method-not-allowed": "This address does not take that method; the header Allow names those it takes.",
    "http-error": "{reason}",
    "unknown-campaign": "There is no campaign of that name; there are: {known}.",
    "not-ready": "{reason}",
}
SAID_AS = {"store-busy": "not-saved", "store-full": "not-saved"}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where: a JSON pointer into the body, or a parameter's name.")
    detail: str


class ProblemDetails(BaseModel):
    """What is wrong and what to do about it."""

    type: str = Field(description="A name that programs can rely on.", examples=["urn:opine:problem:not-found"])
    title: str = Field(description="The same for people, short, in English.")
    status: int
    detail: str = Field(description="What to do, in the person's language where there is a translation.")
    trace_id: str = Field(description="The log has the same: tell it to the operator.")
    errors: list[Fault] | None = None


class Problem(HTTPException):
    """An error that is told; the code chooses the sentence, whose {places} the values fill.

    It is an HTTPException because FastAPI turns anything else that is raised while it reads a body into a bare 400.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        faults: Iterable[Fault] = (),
        **values: object,
    ) -> None:
        super().__init__(status, code, headers)
        self.code = code
        self.faults = list(faults)
        self.values = values

    def response(self, request: Request) -> Response:
        """The answer, worded for whoever asked."""
        trace = str(getattr(request.state, "trace", ""))
        details = ProblemDetails(
            type=f"urn:opine:problem:{self.code}",
            title=self.code.replace("-", " ").capitalize(),
            status=self.status_code,
            detail=self._sentence(negotiate(wanted_languages(request.headers.get("accept-language")))),
            trace_id=trace,
            errors=self.faults or None,
        )
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Language", **(self.headers or {})}
        return Response(details.model_dump_json(exclude_none=True), self.status_code, headers, media_type=MEDIA_TYPE)

    def _sentence(self, locale: str) -> str:
        if self.code in SENTENCES:
            return SENTENCES[self.code].format(**self.values)
        if self.code == "rate-limited":
            return names.rate_limited(locale, int(str(self.values["seconds"])))
        return names.error(locale, SAID_AS.get(self.code, self.code).replace("-", "_"), **self.values)


def wanted_languages(header: str | None) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first; what is malformed is passed over."""
    wanted = []
    for part in (header or "").split(",")[:_TAGS]:
        tag, _, quality = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", quality) if quality else None
        if _TAG.fullmatch(tag) and (weight or not quality):
            wanted.append((-float(weight[1]) if weight else -1.0, tag))
    return [tag for _, tag in sorted(wanted, key=lambda pair: pair[0])]


def not_found() -> Problem:
    """For what does not exist and for what is somebody else's alike: the answer must not tell which."""
    return Problem(404, "not-found")


def too_many(seconds: float) -> Problem:
    """The caller is over a limit and may come back after so many seconds."""
    wait = max(1, int(seconds) + 1)
    return Problem(429, "rate-limited", headers={"Retry-After": str(wait)}, seconds=wait)


def from_http(error: HTTPException) -> Problem:
    """What FastAPI and Starlette raise of themselves; a body that cannot be parsed is a 422 like any other bad body."""
    if isinstance(error, Problem):
        return error
    if error.status_code == 404:
        return not_found()
    if error.status_code == 400:
        return Problem(422, "unreadable")
    code = "method-not-allowed" if error.status_code == 405 else "http-error"
    return Problem(error.status_code, code, headers=error.headers, reason=error.detail)


def from_error(error: Exception) -> Problem:
    """What the store and the media folder raise; their sentences are fit for operators and hold nothing of a person."""
    match error:
        case NotFound():
            return not_found()
        case Conflict():
            return Problem(409, "conflict", reason=_as_sentence(error))
        case StoreFull() | NoRoom():
            return Problem(507, "store-full")
        case StoreError():
            return Problem(503, "store-busy", headers={"Retry-After": str(RETRY_SECONDS)})
        case BadImage():
            return Problem(422, "bad-image", reason=_as_sentence(error))
    return Problem(422, "refused", reason=_as_sentence(error))


def from_validation(error: RequestValidationError) -> Problem:
    """A 422 that names each place and what it should hold; for a malformed id in the path, a 404."""
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return not_found()
    faults = [Fault(pointer=_pointer(one), detail=_sentence(one)) for one in found]
    if len(found) == 1 and found[0]["loc"][-1] == "source_text" and isinstance(text := found[0].get("input"), str):
        return _text_problem(text, faults)
    return Problem(422, "invalid", faults=faults, what="; ".join(f"{fault.pointer} {fault.detail}" for fault in faults))


def _text_problem(text: str, faults: list[Fault]) -> Problem:
    """A person's own text gets a sentence of its own, in their language."""
    if len(text) > MAX_TEXT:
        return Problem(422, "too-long", faults=faults, limit=MAX_TEXT)
    broken = "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)
    return Problem(422, "broken" if broken else "empty", faults=faults)


def _as_sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _pointer(error: Mapping[str, Any]) -> str:
    # A member that is not known was named by the sender, and what they sent is not sent back.
    unknown = error["type"] in ("extra_forbidden", "json_invalid")
    kind, *path = (str(part) for part in (error["loc"][:-1] if unknown else error["loc"]))
    return "/" + "/".join(path) if kind == "body" else ".".join(path)


def _sentence(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "has a member that is not known here"
    if error["type"] == "json_invalid":
        return f"is not JSON ({error['ctx']['error']}, at character {error['loc'][-1]})"
    if error["type"] == "string_unicode":
        return "holds a lone surrogate, half of a character; send well-formed Unicode"
    return str(error["msg"]).removeprefix("Value error, ")
