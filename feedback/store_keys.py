"""Access keys of operators' tools: shown once, kept as hashes."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select

from feedback.errors import Conflict, NotFound
from feedback.records import Key, Scope
from feedback.store_base import StoreBase, insert_if_absent, now, verb
from feedback.tables import KeyRow


class Keys(StoreBase):
    """Who may call the operators' part of the API."""

    @verb
    async def add_key(self, name: str, scopes: Sequence[Scope]) -> str:
        """Make a key and return its secret, which cannot be read again; Conflict where the name is taken."""
        key = Key(name=name, scopes=tuple(scopes), created_at=now())
        secret = f"opine_{secrets.token_urlsafe(32)}"
        async with self._database.write() as session:
            row = key.model_dump() | {"sha256": _hash(secret)}
            if await session.scalar(insert_if_absent(session, KeyRow).values(row).returning(KeyRow.name)) is None:
                raise Conflict(f"there is a key named {name!r} already; revoke it first")
        return secret

    @verb
    async def find_key(self, secret: str) -> Key | None:
        """The key with this secret, if it is one."""
        async with self._database.read() as session:
            row = await session.scalar(select(KeyRow).where(KeyRow.sha256 == _hash(secret)))
            return _key(row) if row else None

    @verb
    async def list_keys(self) -> list[Key]:
        """All keys, by name."""
        async with self._database.read() as session:
            return [_key(row) for row in await session.scalars(select(KeyRow).order_by(KeyRow.name))]

    @verb
    async def revoke_key(self, name: str) -> None:
        """End a key at once."""
        async with self._database.write() as session:
            if await session.scalar(delete(KeyRow).where(KeyRow.name == name).returning(KeyRow.name)) is None:
                raise NotFound(f"no key named {name!r}")


def _hash(secret: str) -> str:
    # The secret is 256 random bits: a slow hash would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: KeyRow) -> Key:
    return Key(name=row.name, scopes=row.scopes, created_at=row.created_at)
