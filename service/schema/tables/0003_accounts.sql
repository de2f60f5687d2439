-- People who may act. Email and name are sealed; the keyed hash finds an account by its email. Accounts made by somebody else
-- have no password: their person sets it with an invitation, once; nobody else ever knows it.

CREATE TABLE accounts (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id      uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  unit_id        integer NOT NULL REFERENCES units,
  email_hash     bytea NOT NULL UNIQUE,      -- an email signs in to one account, in whatever unit
  email_sealed   bytea NOT NULL,             -- to write to its person
  name_sealed    bytea NOT NULL,             -- for colleagues
  data_key_id    bigint NOT NULL REFERENCES data_keys,
  password_hash  text NOT NULL,              -- argon2id; '!': none yet
  roles          text[] NOT NULL CHECK (cardinality(roles) > 0),  -- what its person may do: service.actors
  language       text NOT NULL DEFAULT 'vi' CHECK (language ~ '^[a-z]{2,3}(_[A-Za-z]{2,8})?$'),
  created_at     timestamptz NOT NULL DEFAULT now(),
  disabled_at    timestamptz                 -- its person may do nothing since then
);
CREATE INDEX accounts_unit ON accounts (unit_id);
SELECT loa_protect('accounts');
GRANT SELECT, INSERT, UPDATE ON accounts TO loa_web;
GRANT SELECT, UPDATE (email_sealed, name_sealed, data_key_id) ON accounts TO loa_worker;  -- update: to seal anew

CREATE TABLE api_keys (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id   uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  unit_id     integer NOT NULL REFERENCES units,
  account_id  bigint NOT NULL REFERENCES accounts,  -- in whose name it acts
  label       text NOT NULL,                 -- what its person calls it
  key_hash    bytea NOT NULL UNIQUE,         -- SHA-256 of a 256-bit random key: nothing to guess, so nothing to slow down
  scopes      text[] NOT NULL,               -- what it may do of what its account may
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz,                   -- null: never
  revoked_at  timestamptz                    -- taken back by a person
);
SELECT loa_protect('api_keys');
GRANT SELECT, INSERT, UPDATE ON api_keys TO loa_web;
GRANT SELECT ON api_keys TO loa_worker;

-- Whoever answers for the people of a tree finds them below their own unit, and then acts for that unit.
CREATE POLICY below_unit ON accounts FOR SELECT TO loa_web USING ((SELECT loa_subtree()) AND unit_id IN
  (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())));
CREATE POLICY below_unit ON api_keys FOR SELECT TO loa_web USING ((SELECT loa_subtree()) AND unit_id IN
  (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())));

-- The one invitation an account has. A new one takes its place; redeeming it deletes it.
CREATE TABLE invitations (
  unit_id     integer NOT NULL REFERENCES units,
  account_id  bigint NOT NULL REFERENCES accounts,  -- whose password it sets
  token_hash  bytea NOT NULL UNIQUE,         -- SHA-256 of 256 random bits, as with API keys
  made_at     timestamptz NOT NULL,          -- when a person made it
  expires_at  timestamptz NOT NULL,          -- from when it opens nothing
  PRIMARY KEY (unit_id, account_id)
);
SELECT loa_protect('invitations', true);
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO loa_web;
GRANT SELECT, DELETE ON invitations TO loa_worker;

-- What was answered to a request, for the one that repeats it. Kept for seven days (door_clear_away).
CREATE TABLE idempotency_keys (
  unit_id       integer NOT NULL REFERENCES units,
  account_id    bigint NOT NULL REFERENCES accounts,  -- who asked
  key           text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),  -- as the caller gave it
  request_hash  bytea NOT NULL,              -- of the request: the same key with another is refused
  status        integer,                     -- of the answer; null: not answered yet
  response      jsonb,                       -- the answer
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (unit_id, account_id, key)
);
SELECT loa_protect('idempotency_keys');
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO loa_web;

-- Who did what. Append-only: no application login may change or delete a row.
CREATE TABLE audit_events (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  at            timestamptz NOT NULL,        -- when it was done
  account_id    bigint REFERENCES accounts,  -- null: the system itself
  api_key_id    bigint REFERENCES api_keys,  -- through which key; null: signed in, or the system
  action        text NOT NULL,               -- service.audit.Action
  subject_kind  text NOT NULL,               -- what it was done to: 'broadcast', 'account' ..
  subject_id    text NOT NULL,               -- which of that kind
  details       jsonb NOT NULL DEFAULT '{}'  -- codes and counts, nothing personal
);
CREATE INDEX audit_events_unit ON audit_events (unit_id, id);
SELECT loa_protect('audit_events');
GRANT SELECT, INSERT ON audit_events TO loa_web;
GRANT INSERT ON audit_events TO loa_worker;
