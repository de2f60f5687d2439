-- People who may act. Email and name are sealed; the keyed hash finds an account by its email.

CREATE TABLE data_keys (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id     integer NOT NULL REFERENCES units,
  wrapped     bytea NOT NULL,                -- AES-256-GCM under the master key
  created_at  timestamptz NOT NULL DEFAULT now(),
  retired_at  timestamptz
);
CREATE UNIQUE INDEX data_keys_current ON data_keys (unit_id) WHERE retired_at IS NULL;

-- Keys of the whole deployment, each sealed by the master key: look-up numbers, address index, attempt tokens.
CREATE TABLE deployment_keys (
  purpose     text PRIMARY KEY,
  wrapped     bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE accounts (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id        integer NOT NULL REFERENCES units,
  email_hash     bytea NOT NULL UNIQUE,
  email_sealed   bytea NOT NULL,
  name_sealed    bytea NOT NULL,
  data_key_id    bigint NOT NULL REFERENCES data_keys,
  password_hash  text NOT NULL,              -- argon2id
  roles          text[] NOT NULL CHECK (cardinality(roles) > 0),
  language       text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')),
  created_at     timestamptz NOT NULL DEFAULT now(),
  disabled_at    timestamptz
);
CREATE INDEX accounts_unit ON accounts (unit_id);

CREATE TABLE api_keys (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id     integer NOT NULL REFERENCES units,
  account_id  bigint NOT NULL REFERENCES accounts,
  label       text NOT NULL,
  key_hash    bytea NOT NULL UNIQUE,         -- SHA-256 of a 256-bit random key: nothing to guess, so nothing to slow down
  scopes      text[] NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz,
  revoked_at  timestamptz
);

CREATE TABLE idempotency_keys (
  unit_id       integer NOT NULL REFERENCES units,
  account_id    bigint NOT NULL REFERENCES accounts,
  key           text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  request_hash  bytea NOT NULL,
  status        integer,
  response      jsonb,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (unit_id, account_id, key)
);

CREATE TABLE audit_events (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  at            timestamptz NOT NULL,
  account_id    bigint REFERENCES accounts,  -- null: the system itself
  api_key_id    bigint REFERENCES api_keys,
  action        text NOT NULL,
  subject_kind  text NOT NULL,
  subject_id    text NOT NULL,
  details       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_events_unit ON audit_events (unit_id, id);

CREATE TABLE outbox (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id     integer NOT NULL REFERENCES units,
  lane        text NOT NULL CHECK (lane IN ('urgent', 'bulk')),
  command     text NOT NULL,
  payload     jsonb NOT NULL,                -- ids only
  created_at  timestamptz NOT NULL DEFAULT now(),
  relayed_at  timestamptz
);
CREATE INDEX outbox_unrelayed ON outbox (id) WHERE relayed_at IS NULL;
