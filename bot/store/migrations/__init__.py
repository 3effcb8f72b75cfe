"""The way from any older schema to this program's: one file a step in `versions/`, run when the store opens."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.store.errors import StoreNewerError


def bring_up(connection: Connection, database: Path) -> None:
    """Run what is missing, inside the caller's transaction. Raises StoreNewerError."""
    refuse_newer(connection, database)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refuse_newer(connection: Connection, database: Path) -> None:
    """Raises StoreNewerError if the database has a schema that this program has never heard of."""
    scripts = ScriptDirectory.from_config(_config())
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreNewerError(database, found, str(scripts.get_current_head()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
