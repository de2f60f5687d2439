-- Once, for a database made by the chain of migrations that was squashed into tables/ and functions/: its last was 0016 (commit b0e0c1d).
-- What was another there becomes as it stands here; tables/0013_schema.sql and the functions follow.
DROP TABLE alembic_version;
