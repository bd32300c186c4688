"""Adds opinions to the database of the URL given, and prints the id of each when it is acknowledged, until killed."""

import asyncio
import secrets

from scenes import facts

from feedback.records import NewOpinion
from feedback.store import Store


async def _main(url: str) -> None:
    store = await Store.open(url, "a secret")
    campaign = (await store.list_campaigns())[0]
    image = await store.add_image(campaign.id, facts(1))
    comparison = await store.add_comparison(campaign.id, [image.id])
    await asyncio.gather(*[_add(store, comparison.id, image.id) for _ in range(4)])


async def _add(store: Store, comparison_id: str, image_id: str) -> None:
    person = await store.enter("web", secrets.token_hex(8))
    showing = await store.show(person.id, comparison_id, [image_id])
    for number in range(1_000_000):
        opinion = await store.add_opinion(
            NewOpinion(
                showing_id=showing.id,
                annotator_id=person.id,
                source_text=f"opinión {number} 😬",
                channel="web",
                client_message_id=str(number),
            )
        )
        print(opinion.id, flush=True)


def run(url: str) -> None:
    asyncio.run(_main(url))
