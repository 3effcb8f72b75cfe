"""The way from any older schema to this program's: one file a step in `versions/`, run when the store opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect

from bot.store.errors import StoreNewerError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0016"  # this program's schema: the newest file of `versions/`


def bring_up(connection: Connection, database: Path) -> None:
    """Run what is missing, inside the caller's transaction. Raises StoreNewerError."""
    if _revision(connection) == HEAD:
        return
    refuse_newer(connection, database)
    from alembic import command  # a fifth of a start's time, and most starts find nothing to do

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refuse_newer(connection: Connection, database: Path) -> None:
    """Raises StoreNewerError if the database has a schema that this program has never heard of."""
    found = _revision(connection)
    if found in (None, HEAD):
        return
    from alembic.script import ScriptDirectory

    if found not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise StoreNewerError(database, found, HEAD)


def _revision(connection: Connection) -> str | None:
    """Where Alembic notes what it has run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
