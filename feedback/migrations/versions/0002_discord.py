"""Discord: places, posts and deliveries; comparisons not offered to everybody; languages that people chose"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "discord_places",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("annotator_id", sa.String(length=36), nullable=True),
        sa.Column("interval_minutes", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("last_message_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotator_id"],
            ["annotators.id"],
            name=op.f("fk_discord_places_annotator_id_annotators"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_discord_places_campaign_id_campaigns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_discord_places")),
    )
    with op.batch_alter_table("discord_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discord_places_annotator_id"), ["annotator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discord_places_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discord_places_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_discord_places_guild_id"), ["guild_id"], unique=False)

    op.create_table(
        "discord_posts",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("comparison_id", sa.String(length=36), nullable=False),
        sa.Column("image_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["comparisons.id"],
            name=op.f("fk_discord_posts_comparison_id_comparisons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_discord_posts")),
    )
    with op.batch_alter_table("discord_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discord_posts_comparison_id"), ["comparison_id"], unique=False)

    op.create_table(
        "discord_deliveries",
        sa.Column("opinion_id", sa.String(length=36), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinions.id"], name=op.f("fk_discord_deliveries_opinion_id_opinions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("opinion_id", name=op.f("pk_discord_deliveries")),
    )
    with op.batch_alter_table("discord_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discord_deliveries_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discord_deliveries_due_at"), ["due_at"], unique=False)

    with op.batch_alter_table("annotators", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locale_chosen", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("annotators", schema=None) as batch_op:
        batch_op.alter_column("locale_chosen", existing_type=sa.Boolean(), server_default=None)

    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered", sa.Boolean(), server_default=sa.true(), nullable=False))
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.alter_column("offered", existing_type=sa.Boolean(), server_default=None)
        batch_op.drop_index(batch_op.f("ix_comparisons_campaign_id_times_shown_id"))
        batch_op.create_index(
            batch_op.f("ix_comparisons_campaign_id_offered_times_shown_id"),
            ["campaign_id", "offered", "times_shown", "id"],
            unique=False,
        )

    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_opinions_channel_client_message_id"), ["channel", "client_message_id"], unique=False
        )


def downgrade() -> None:

    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinions_channel_client_message_id"))

    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comparisons_campaign_id_offered_times_shown_id"))
        batch_op.create_index(
            batch_op.f("ix_comparisons_campaign_id_times_shown_id"), ["campaign_id", "times_shown", "id"], unique=False
        )
        batch_op.drop_column("offered")

    with op.batch_alter_table("annotators", schema=None) as batch_op:
        batch_op.drop_column("locale_chosen")

    op.drop_table("discord_deliveries")
    op.drop_table("discord_posts")
    op.drop_table("discord_places")
