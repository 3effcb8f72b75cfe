"""What Alembic runs for each of its commands: the connection comes from `bring_up`, and with it the transaction."""

from alembic import context

from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
