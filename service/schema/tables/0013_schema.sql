-- With what the schema was made. Written by service.schema.upgrade alone.
CREATE TABLE schema_state (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),  -- there is one row
  number      text NOT NULL,                 -- service.database.schema.SCHEMA of the code that brought it here
  files       jsonb NOT NULL,                -- {"tables/0001_units.sql": its SHA-256 when it was applied, ..}
  applied_at  timestamptz NOT NULL           -- when a file of it was last applied
);
ALTER TABLE schema_state ENABLE ROW LEVEL SECURITY;
