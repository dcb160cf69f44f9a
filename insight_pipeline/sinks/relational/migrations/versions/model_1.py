"""Version 1 of the model: its tables, with keys, indexes and comments."""

import sqlalchemy as sa
from alembic import context, op

from insight_pipeline.sinks.relational.migrations.frozen import (
    create_or_take_over,
    frozen_tables,
)

revision = "model_1"
down_revision = None


def upgrade() -> None:
    """Make the tables, and note the version."""
    connection = op.get_bind()
    for table in frozen_tables(revision, context.config.attributes["schema"]):
        create_or_take_over(connection, table)
        if table.name == "pipeline_meta":
            connection.execute(sa.delete(table).where(table.c.key == "model_version"))
            connection.execute(sa.insert(table).values(key="model_version", value="1"))
