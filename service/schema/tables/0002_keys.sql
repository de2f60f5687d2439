-- Keys, each sealed by the master key, which is not in the database.

CREATE TABLE data_keys (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id     integer NOT NULL REFERENCES units,
  wrapped     bytea NOT NULL,                -- AES-256-GCM under the master key
  created_at  timestamptz NOT NULL DEFAULT now(),
  retired_at  timestamptz                    -- since then nothing new is sealed under it; null: the unit's current one
);
CREATE UNIQUE INDEX data_keys_current ON data_keys (unit_id) WHERE retired_at IS NULL;
CREATE TRIGGER referred AFTER DELETE ON data_keys REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION loa_referred();
SELECT loa_protect('data_keys', true);
GRANT SELECT, INSERT ON data_keys TO loa_web, loa_worker;
GRANT DELETE ON data_keys TO loa_worker;

-- Keys of the whole deployment: look-up numbers, address index, attempt tokens, the way out of advisories. Through doors only.
CREATE TABLE deployment_keys (
  purpose     text PRIMARY KEY,              -- service.keyring names them
  wrapped     bytea NOT NULL,                -- AES-256-GCM under the master key
  created_at  timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE deployment_keys ENABLE ROW LEVEL SECURITY;

-- What signs records. Nobody reads it but through doors: a school signs with the key of a unit above it.
CREATE TABLE signing_keys (
  kid             text PRIMARY KEY,          -- its name in records and in the public list of keys
  unit_id         integer NOT NULL REFERENCES units,
  purpose         text NOT NULL CHECK (purpose IN ('record', 'drill')),  -- what is signed for a drill never passes for a warning
  public_key      bytea NOT NULL CHECK (length(public_key) = 32),        -- Ed25519
  private_sealed  bytea NOT NULL,            -- AES-256-GCM under the master key
  valid_from      timestamptz NOT NULL,      -- signs from then on
  valid_to        timestamptz,               -- and no longer from then on; null: until it is replaced
  revoked_at      timestamptz                -- whatever it signed is no longer believed
);
CREATE INDEX signing_keys_unit ON signing_keys (unit_id, purpose, valid_from);
SELECT loa_protect('signing_keys');

-- Rotation of data keys: what a retired key sealed is sealed anew in the background, and the key is then deleted.
-- One row a retired key. It outlives the key, as proof: so it does not refer to it.
CREATE TABLE key_rotations (
  unit_id        integer NOT NULL REFERENCES units,
  data_key_id    bigint NOT NULL,            -- the retired key
  began_at       timestamptz NOT NULL,       -- when it was retired
  stopped_at     timestamptz,                -- by a person; null: goes on
  resealed       bigint NOT NULL DEFAULT 0,  -- rows
  list_clear_at  timestamptz,                -- nothing but deliveries was left under the key
  clear_since    timestamptz,                -- nothing at all
  deleted_at     timestamptz,                -- the key is gone
  PRIMARY KEY (unit_id, data_key_id)
);
CREATE INDEX key_rotations_open ON key_rotations (data_key_id) WHERE deleted_at IS NULL;
SELECT loa_protect('key_rotations', true);
GRANT SELECT, UPDATE ON key_rotations TO loa_worker;
