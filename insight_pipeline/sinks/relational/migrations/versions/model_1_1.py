"""Version 1 of the model with what was added to it: line use by quarter hour, callbacks, further columns."""

from alembic import context, op

from insight_pipeline.sinks.relational.migrations.additions import make_additions
from insight_pipeline.sinks.relational.migrations.frozen import frozen_tables

revision = "model_1_1"
down_revision = "model_1"


def upgrade() -> None:
    """Make what the tables lack."""
    make_additions(op.get_bind(), frozen_tables(revision, context.config.attributes["schema"]))
