-- What was said, signed. Nothing here refers to anything that can change.

CREATE TABLE signing_keys (
  kid             text PRIMARY KEY,
  unit_id         integer NOT NULL REFERENCES units,
  purpose         text NOT NULL CHECK (purpose IN ('record', 'drill')),
  public_key      bytea NOT NULL CHECK (length(public_key) = 32),
  private_sealed  bytea NOT NULL,            -- AES-256-GCM under the master key
  valid_from      timestamptz NOT NULL,
  valid_to        timestamptz,
  revoked_at      timestamptz
);
CREATE INDEX signing_keys_unit ON signing_keys (unit_id, purpose, valid_from);

CREATE TABLE records (
  id             uuid PRIMARY KEY,
  unit_id        integer NOT NULL REFERENCES units,
  jws            bytea NOT NULL,             -- general JSON serialisation, stored and served byte for byte
  sha256         bytea NOT NULL UNIQUE,      -- of jws
  public_number  bigint NOT NULL UNIQUE,     -- delivery number; its look-up number stands in the record
  signed_at      timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL
);

-- number -> block -> record answers every look-up for ever, also after the personal rows are gone.
CREATE TABLE number_blocks (
  first_number  bigint PRIMARY KEY,
  last_number   bigint NOT NULL UNIQUE CHECK (last_number >= first_number),
  unit_id       integer NOT NULL REFERENCES units,
  record_id     uuid NOT NULL REFERENCES records DEFERRABLE INITIALLY DEFERRED,
  purpose       text NOT NULL CHECK (purpose IN ('public', 'deliveries')),
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX number_blocks_record ON number_blocks (record_id);

CREATE TABLE number_counter (
  one          boolean PRIMARY KEY DEFAULT true CHECK (one),
  next_number  bigint NOT NULL
);
INSERT INTO number_counter (next_number) VALUES (1);
