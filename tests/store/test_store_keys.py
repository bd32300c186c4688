import pytest
from pydantic import ValidationError

from feedback.errors import Conflict, NotFound
from feedback.store import Store


async def test_a_key_is_found_by_its_secret_only(store: Store) -> None:
    secret = await store.add_key("exporter", ["read", "export"])
    key = await store.find_key(secret)
    assert key is not None
    assert (key.name, key.scopes) == ("exporter", ("read", "export"))
    assert await store.find_key("exporter") is None
    assert await store.find_key(secret + "x") is None
    assert await store.list_keys() == [key]
    assert secret not in str(await store.list_keys())


async def test_a_revoked_key_opens_nothing(store: Store) -> None:
    secret = await store.add_key("exporter", ["read"])
    await store.revoke_key("exporter")
    assert await store.find_key(secret) is None
    with pytest.raises(NotFound):
        await store.revoke_key("exporter")


async def test_names_and_scopes_are_checked(store: Store) -> None:
    await store.add_key("exporter", ["read"])
    with pytest.raises(Conflict, match="exporter"):
        await store.add_key("exporter", ["admin"])
    with pytest.raises(ValidationError):
        await store.add_key("other", ["everything"])  # type: ignore[list-item]
