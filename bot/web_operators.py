"""Routes for operators' tools, each behind a key with a scope."""

import asyncio
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, UploadFile, status
from fastapi.params import Depends as DependsOn
from fastapi.responses import FileResponse

from bot.web_bodies import CritiquePage, Erased, Flagged, NewCampaign, NewComparison, Paragraphs, Words
from bot.web_parts import ERRORS, CampaignName, Cursor, FlagName, Id, Parts, PartsHere, operator
from bot.web_problems import Fault, Problem
from feedback.errors import NotFound
from feedback.records import Campaign, Comparison, Image, Scope

router = APIRouter(tags=["operators"], responses=ERRORS)


def _scope(name: Scope) -> list[DependsOn]:
    return [Depends(operator(name))]


async def _scratch(parts: PartsHere) -> AsyncIterator[Path]:
    """A folder that is gone when the answer is sent, or when whoever asked went away."""
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix=".export-", dir=parts.settings.data)
    try:
        yield Path(folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


@router.get("/campaigns", summary="All campaigns", dependencies=_scope("read"))
async def list_campaigns(parts: PartsHere) -> list[Campaign]:
    """The archived ones too."""
    return await parts.store.list_campaigns()


@router.post("/campaigns", status_code=status.HTTP_201_CREATED, summary="New campaign", dependencies=_scope("admin"))
async def create_campaign(body: NewCampaign, parts: PartsHere) -> Campaign:
    """A question to people; the name is taken for good."""
    return await parts.store.create_campaign(**body.model_dump())


@router.get("/campaigns/{name}", summary="One campaign", dependencies=_scope("read"))
async def get_campaign(name: CampaignName, parts: PartsHere) -> Campaign:
    """Its question and terms."""
    return await _campaign(parts, name)


@router.post("/campaigns/{name}/archive", summary="End a campaign", dependencies=_scope("admin"))
async def archive_campaign(name: CampaignName, parts: PartsHere) -> Campaign:
    """It is shown to nobody any more; what was collected stays."""
    await _campaign(parts, name)
    await parts.store.archive_campaign(name)
    return await parts.store.get_campaign(name)


@router.post(
    "/campaigns/{name}/images",
    status_code=status.HTTP_201_CREATED,
    summary="Upload an image",
    dependencies=_scope("ingest"),
)
async def add_image(
    name: CampaignName,
    file: UploadFile,
    parts: PartsHere,
    prompt: Annotated[Paragraphs | None, Form()] = None,
    generator: Annotated[Words | None, Form()] = None,
    seed: Annotated[int | None, Form(ge=-(2**63), lt=2**63)] = None,
    source: Annotated[Words | None, Form()] = None,
) -> Image:
    """JPEG, PNG, WebP or GIF; kept byte for byte. The same bytes twice are one image of the campaign."""
    campaign = await _campaign(parts, name)
    facts = await asyncio.to_thread(parts.media.take, await file.read())
    about = {"prompt": prompt, "generator": generator, "seed": seed, "source": source}
    return await parts.store.add_image(campaign.id, facts.model_copy(update=about))


@router.post(
    "/campaigns/{name}/comparisons",
    status_code=status.HTTP_201_CREATED,
    summary="Put images side by side",
    dependencies=_scope("ingest"),
)
async def add_comparison(name: CampaignName, body: NewComparison, parts: PartsHere) -> Comparison:
    """One to four different images of the campaign."""
    campaign = await _campaign(parts, name)
    try:
        return await parts.store.add_comparison(campaign.id, body.image_ids, body.prompt)
    except NotFound:
        fault = Fault(pointer="/image_ids", detail="names an image that the campaign has not; upload it first")
        raise Problem(422, "invalid", faults=[fault], what=f"{fault.pointer} {fault.detail}") from None


@router.get("/campaigns/{name}/comparisons", summary="Comparisons of a campaign", dependencies=_scope("read"))
async def list_comparisons(
    name: CampaignName,
    parts: PartsHere,
    after: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Comparison]:
    """In the order they were entered; go on with `after` = the last id."""
    campaign = await _campaign(parts, name)
    return await parts.store.list_comparisons(campaign.id, after=after, limit=limit)


@router.get("/campaigns/{name}/critiques", summary="What was said", dependencies=_scope("read"))
async def list_critiques(
    name: CampaignName,
    parts: PartsHere,
    after: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CritiquePage:
    """Oldest first; nobody who withdrew is in it."""
    campaign = await _campaign(parts, name)
    items = await parts.store.critiques(campaign.id, after=after, limit=limit)
    return CritiquePage(items=items, next=items[-1].opinion.id if len(items) == limit else None)


@router.get(
    "/export",
    summary="Everything as a dataset",
    dependencies=_scope("export"),
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The folder of `opine export`, zipped."}},
)
async def export_dataset(
    parts: PartsHere,
    scratch: Annotated[Path, Depends(_scratch)],
    campaign: Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = None,
    gold_only: bool = False,
) -> FileResponse:
    """Critiques, preferences, original images and a card; the answer begins when all is written."""
    from feedback.export import Selection, export

    if campaign is not None:
        await _campaign(parts, campaign)
    folder = scratch / f"opine-{campaign or 'all'}"
    selection = Selection(campaigns=(campaign,) if campaign else (), gold_only=gold_only)
    await export(parts.store, parts.media, folder, selection=selection)
    archive = await asyncio.to_thread(_zip, folder)
    return FileResponse(archive, media_type="application/zip", filename=archive.name)


@router.put("/opinions/{opinion_id}/flags/{flag}", summary="Flag an opinion", dependencies=_scope("admin"))
async def flag(opinion_id: Id, flag: FlagName, parts: PartsHere) -> Flagged:
    """Spam and what is not appropriate is trained on nowhere; exports can leave out any flag."""
    return Flagged(flags=await parts.store.flag(opinion_id, flag))


@router.delete("/opinions/{opinion_id}/flags/{flag}", summary="Take a flag away", dependencies=_scope("admin"))
async def unflag(opinion_id: Id, flag: FlagName, parts: PartsHere) -> Flagged:
    """One that is not there is no mistake."""
    return Flagged(flags=await parts.store.unflag(opinion_id, flag))


@router.delete("/annotators/{annotator_id}", summary="Erase a person", dependencies=_scope("erase"))
async def erase(annotator_id: Id, parts: PartsHere) -> Erased:
    """For someone who asks the operator instead of pressing the button themselves."""
    return Erased(erased=await parts.store.erase(annotator_id))


async def _campaign(parts: Parts, name: str) -> Campaign:
    """The campaign; an operator who misspelt it is told which there are."""
    try:
        return await parts.store.get_campaign(name)
    except NotFound:
        known = ", ".join(campaign.name for campaign in await parts.store.list_campaigns())
        raise Problem(404, "unknown-campaign", known=known or "none yet") from None


def _zip(folder: Path) -> Path:
    """Zip a folder beside itself; images and Parquet do not get smaller, so nothing is compressed."""
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                out.write(path, Path(folder.name) / path.relative_to(folder))
    return archive
