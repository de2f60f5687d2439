"""Alembic's environment: the owner's URL comes from whoever runs the migration (`service.migrations.upgrade`)."""

from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    # Whoever waits for a lock makes all wait who come after: so not for long. `upgrade` tries again.
    connection.exec_driver_sql("SET lock_timeout = '3s'; SET statement_timeout = '15min'")
    connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext('loa migrate'))")  # one at a time; ends with the connection
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
