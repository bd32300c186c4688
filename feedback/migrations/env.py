"""Alembic's entry: migrates over the connection that `feedback.migrations` opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from feedback.tables import Base


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write the database's own types into migrations: those must not change when ours do."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
