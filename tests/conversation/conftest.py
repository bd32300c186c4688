"""A real store with a campaign of two pairs, and a Spanish speaker before it."""

import pytest
from talking import Talk, make_talk

from feedback.store import Store


@pytest.fixture
async def talk(store: Store) -> Talk:
    return await make_talk(store)
