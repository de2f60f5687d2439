-- Consent and looks: on what ground a parent is written to, and who has seen whom in full.

-- By keyed hash, as suppressions are: it outlives lists and people. The place of the proof may name somebody, so it is sealed.
CREATE TABLE consents (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  channel       text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash  bytea NOT NULL,
  basis         text NOT NULL CHECK (basis IN ('consent', 'agreement')),
  proof         text NOT NULL CHECK (proof IN ('paper_form', 'online_form', 'meeting', 'phone_call', 'contract')),
  place_sealed  bytea,                       -- where the proof is kept
  data_key_id   bigint REFERENCES data_keys,
  given_on      date NOT NULL,
  recorded_by   bigint NOT NULL REFERENCES accounts,
  recorded_at   timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  withdrawn_by  bigint REFERENCES accounts
);
CREATE UNIQUE INDEX consents_standing ON consents (unit_id, channel, address_hash) WHERE withdrawn_at IS NULL;
SELECT loa_protect('consents', true);
GRANT SELECT, INSERT, UPDATE ON consents TO loa_web;
GRANT SELECT ON consents TO loa_worker;

-- One row for every person seen in full. Append-only: no application login may change or delete one.
CREATE TABLE contact_looks (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,
  at           timestamptz NOT NULL,
  account_id   bigint NOT NULL REFERENCES accounts,
  api_key_id   bigint REFERENCES api_keys,
  contact      uuid NOT NULL,                -- contacts.public_id: stays when the person is erased
  reason       text NOT NULL CHECK (reason IN ('called_us', 'call_back', 'correct_data', 'rights_request', 'authority', 'other')),
  note_sealed  bytea,
  data_key_id  bigint REFERENCES data_keys
);
CREATE INDEX contact_looks_unit ON contact_looks (unit_id, id);
CREATE INDEX contact_looks_contact ON contact_looks (unit_id, contact, id);
SELECT loa_protect('contact_looks', true);
GRANT SELECT, INSERT ON contact_looks TO loa_web;
