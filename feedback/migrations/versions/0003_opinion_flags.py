"""Flags that an operator sets on opinions"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "opinion_flags",
        sa.Column("opinion_id", sa.String(length=36), nullable=False),
        sa.Column("flag", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinions.id"], name=op.f("fk_opinion_flags_opinion_id_opinions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("opinion_id", "flag", name=op.f("pk_opinion_flags")),
    )


def downgrade() -> None:

    op.drop_table("opinion_flags")
