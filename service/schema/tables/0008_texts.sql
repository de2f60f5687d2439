-- What a unit's SMS may say, and in which letters.

-- Texts registered with the carriers. They hold for the unit that has them registered and for all below it, who send under its
-- name.
CREATE TABLE registered_texts (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  provider      text NOT NULL,               -- with which carrier
  name          text NOT NULL,               -- what the unit calls it
  template      text NOT NULL CHECK (length(template) <= 1600),  -- the text, with its places
  status        text NOT NULL CHECK (status IN ('draft', 'submitted', 'approved', 'rejected', 'expired')),  -- at the carrier
  dated         date NOT NULL,               -- of the status
  reference     text NOT NULL CHECK (length(reference) <= 100),  -- the carrier's own
  put_by        bigint REFERENCES accounts,  -- null: the deployment's owner
  put_at        timestamptz NOT NULL,        -- when it was last written here
  withdrawn_at  timestamptz,                 -- it holds no more since then
  UNIQUE (unit_id, provider, name)
);

-- What an SMS that is no registered text means. No row: a warning.
CREATE TABLE unregistered_texts (
  unit_id  integer PRIMARY KEY REFERENCES units,
  rule     text NOT NULL CHECK (rule IN ('warn', 'forbid')),
  set_by   bigint NOT NULL REFERENCES accounts,  -- who said so
  set_at   timestamptz NOT NULL              -- when
);

-- The script of a unit's SMS where a draft does not say. It holds for the units below, too, until one of them says otherwise. No
-- row: as the deployment's sender has it.
CREATE TABLE sms_scripts (
  unit_id  integer PRIMARY KEY REFERENCES units,
  script   text NOT NULL CHECK (script IN ('ascii', 'unicode')),
  set_by   bigint NOT NULL REFERENCES accounts,  -- who said so
  set_at   timestamptz NOT NULL              -- when
);

SELECT loa_protect(t, true) FROM unnest(ARRAY['registered_texts', 'unregistered_texts', 'sms_scripts']) AS t;
GRANT SELECT, INSERT, UPDATE ON registered_texts, unregistered_texts, sms_scripts TO loa_web;
