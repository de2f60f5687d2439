"""The schema as SQL, where SQL is read: README.md says how to change it. `upgrade(url)` brings a database to it, as its owner."""

from service.schema.migrating import Migrated, MigrationBlocked, upgrade

__all__ = ["Migrated", "MigrationBlocked", "upgrade"]
