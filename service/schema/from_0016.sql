-- Once, for a database made by the chain of migrations that was squashed into tables/ and functions/: its last was 0016 (commit b0e0c1d).
-- What was another there becomes as it stands here; tables/0013_schema.sql and the functions follow.
DROP TABLE alembic_version;

-- What nobody read or called any more.
DROP FUNCTION door_idle_chunks(integer), door_take_outbox(integer), door_silent_chunks(timestamptz, integer),
  deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz, bigint[], smallint[], text[], text[], text[], timestamptz[],
    bigint[], text);
ALTER TABLE contact_points DROP COLUMN basis;
ALTER TABLE imports DROP COLUMN file_format;
