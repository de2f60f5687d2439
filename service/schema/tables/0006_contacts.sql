-- The contact registry. Every address and name is sealed under its unit's data key; keyed hashes do the matching.
--
-- A reference is looked up once for every row: three of them were a third of the time an import takes, and of contacts and data
-- keys it was still a fifth of it (200,000 look-ups for 20,000 pupils). The unit is held by the policies, which let nobody write
-- another's; imports are never deleted; contacts and data keys are looked up once a statement, by the triggers `refers_..` and
-- `referred`. All that a foreign key says of them holds as before: nothing refers to what is not there, what is referred to is
-- not deleted, and of two transactions at once one waits for the other and then looks again.

-- A person to be written to. One number is one contact of a unit's list, whatever the number of children; a parent who teaches at
-- the school stands on both lists.
CREATE TABLE contacts (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id    uuid NOT NULL DEFAULT gen_random_uuid(),
  unit_id      integer NOT NULL,
  audience     text NOT NULL DEFAULT 'parents' CHECK (audience IN ('parents', 'staff')),  -- on which list
  role         text NOT NULL CHECK (role IN ('father', 'mother', 'guardian', 'parent', 'staff')),  -- as the list says
  language     text NOT NULL DEFAULT 'vi',
  school_year  text,                         -- of the last list that named them: they end with it unless a newer one does, too
  name_sealed  bytea,                        -- null: the list has no name
  data_key_id  bigint REFERENCES data_keys,
  import_id    bigint,                       -- the list that brought it
  ended_by     bigint REFERENCES imports,    -- the list that no longer had it; undoing that clears it
  created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX contacts_public ON contacts (unit_id, public_id);
-- People without any address are those meant less those addressed: both are counted from an index alone, in its order (1.5
-- million contacts: 0.6 s of one process; looking for them one by one in a hash of all addresses took three processes as long
-- each).
CREATE INDEX contacts_unit ON contacts (unit_id) INCLUDE (audience) WHERE ended_by IS NULL;
-- Found again by the import that ended them: to undo it, and to clear away what can no longer be undone.
CREATE INDEX contacts_ended ON contacts (ended_by) WHERE ended_by IS NOT NULL;
-- What is sealed is found by its key, and a key is deleted only if nothing is: both without reading whole tables. So elsewhere,
-- too.
CREATE INDEX contacts_key ON contacts (data_key_id) WHERE data_key_id IS NOT NULL;
CREATE TRIGGER referred AFTER DELETE ON contacts REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION loa_referred();
SELECT loa_protect('contacts', true);
GRANT SELECT, INSERT, UPDATE, DELETE ON contacts TO loa_web;
-- Here and below: the workers may write a sealed column and the key it names, and nothing else of these.
GRANT SELECT, DELETE, UPDATE (name_sealed, data_key_id) ON contacts TO loa_worker;

CREATE TABLE contact_points (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id         integer NOT NULL,
  contact_id      bigint NOT NULL,           -- whose address it is
  audience        text NOT NULL DEFAULT 'parents' CHECK (audience IN ('parents', 'staff')),  -- as its contact's
  channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash    bytea NOT NULL,            -- HMAC-SHA-256 under the deployment's index key, first 16 bytes
  address_sealed  bytea NOT NULL,            -- an E.164 number, or an email address
  data_key_id     bigint NOT NULL,
  import_id       bigint,                    -- the list that brought it
  ended_by        bigint REFERENCES imports, -- the list that no longer had it; undoing that clears it
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX contact_points_address ON contact_points (unit_id, audience, channel, address_hash) WHERE ended_by IS NULL;
-- See contacts_unit.
CREATE INDEX contact_points_contact ON contact_points (contact_id) INCLUDE (unit_id, channel, audience, ended_by);
-- Every present address, in the order of its hash: a department's are counted from the index alone, as they come (1.5 million
-- contacts: 0.9 s instead of 4.9 s).
CREATE INDEX contact_points_present ON contact_points (channel, address_hash, unit_id) INCLUDE (audience) WHERE ended_by IS NULL;
CREATE INDEX contact_points_ended ON contact_points (ended_by) WHERE ended_by IS NOT NULL;  -- see contacts_ended
CREATE INDEX contact_points_key ON contact_points (data_key_id);
SELECT loa_protect('contact_points', true);
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_points TO loa_web;
GRANT SELECT, DELETE, UPDATE (address_sealed, data_key_id) ON contact_points TO loa_worker;

-- A pupil, only as far as a warning needs it: year, class, and a sealed display name for the office.
CREATE TABLE enrolments (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL,
  contact_id    bigint,                      -- who is written to; null: nobody can be, which the class teacher can be told
  school_year   text NOT NULL,               -- '2026-2027'
  grade         text,                        -- '6'; null: the class does not say
  class_name    text NOT NULL,               -- '6A1'; empty: missing or damaged
  pupil_sealed  bytea,                       -- null: the list has no name
  data_key_id   bigint,
  sheet         text,                        -- where the pupil stands in the list: as the spreadsheet shows it
  row           integer,                     -- in that sheet
  import_id     bigint,                      -- the list that brought it
  ended_by      bigint REFERENCES imports    -- the list that no longer had it; undoing that clears it
);
CREATE INDEX enrolments_class ON enrolments (unit_id, class_name) WHERE ended_by IS NULL;
CREATE INDEX enrolments_contact ON enrolments (contact_id);
-- Pupils nobody can be written to for are few; their count must not read everybody.
CREATE INDEX enrolments_without_contact ON enrolments (unit_id) WHERE contact_id IS NULL AND ended_by IS NULL;
CREATE INDEX enrolments_ended ON enrolments (ended_by) WHERE ended_by IS NOT NULL;  -- see contacts_ended
CREATE INDEX enrolments_key ON enrolments (data_key_id) WHERE data_key_id IS NOT NULL;
SELECT loa_protect('enrolments', true);
GRANT SELECT, INSERT, UPDATE, DELETE ON enrolments TO loa_web;
GRANT SELECT, DELETE, UPDATE (pupil_sealed, data_key_id) ON enrolments TO loa_worker;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['contact_points', 'enrolments', 'import_rows'] LOOP
    EXECUTE format('CREATE TRIGGER refers_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS written'
      ' FOR EACH STATEMENT EXECUTE FUNCTION loa_refers()', t);
    EXECUTE format('CREATE TRIGGER refers_updated AFTER UPDATE ON %I REFERENCING NEW TABLE AS written'
      ' FOR EACH STATEMENT EXECUTE FUNCTION loa_refers()', t);
  END LOOP;
END $$;

-- Addresses that are not written to, by keyed hash: it outlives lists and people.
CREATE TABLE suppressions (
  unit_id       integer NOT NULL REFERENCES units,  -- it holds for this unit and all below it
  channel       text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash  bytea NOT NULL,              -- as contact_points.address_hash
  reason        text NOT NULL CHECK (reason IN ('opt_out', 'wrong_person', 'invalid', 'hard_bounce')),
                                             -- an opt-out ends advisories only
  public_id     uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    bigint REFERENCES accounts,  -- null: the holder of the address, or a carrier's word on it
  PRIMARY KEY (unit_id, channel, address_hash, reason)
);
-- Listed newest first.
CREATE INDEX suppressions_unit ON suppressions (unit_id, created_at, public_id);
-- Asked for the address first: hardly any is suppressed anywhere, and of the units above there are several.
CREATE INDEX suppressions_address ON suppressions (address_hash);
SELECT loa_protect('suppressions', true);
GRANT SELECT, INSERT, DELETE ON suppressions TO loa_web;
GRANT SELECT, INSERT ON suppressions TO loa_worker;

-- On what ground a parent is written to. By keyed hash, as suppressions are: it outlives lists and people, but for a person who
-- is erased, with whom it ends.
CREATE TABLE consents (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  channel       text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash  bytea NOT NULL,              -- as contact_points.address_hash
  basis         text NOT NULL CHECK (basis IN ('consent', 'agreement')),
  proof         text NOT NULL CHECK (proof IN ('paper_form', 'online_form', 'meeting', 'phone_call', 'contract')),
  place_sealed  bytea,                       -- where the proof is kept: it may name somebody, so it is sealed
  data_key_id   bigint REFERENCES data_keys,
  given_on      date NOT NULL,               -- as the proof says
  recorded_by   bigint NOT NULL REFERENCES accounts,  -- who typed it in
  recorded_at   timestamptz NOT NULL,        -- when
  withdrawn_at  timestamptz,                 -- null: it stands
  withdrawn_by  bigint REFERENCES accounts   -- who typed that in
);
CREATE UNIQUE INDEX consents_standing ON consents (unit_id, channel, address_hash) WHERE withdrawn_at IS NULL;
CREATE INDEX consents_key ON consents (data_key_id) WHERE data_key_id IS NOT NULL;
SELECT loa_protect('consents', true);
GRANT SELECT, INSERT, UPDATE, DELETE ON consents TO loa_web;
GRANT SELECT, UPDATE (place_sealed, data_key_id) ON consents TO loa_worker;

-- Who has seen whom in full: one row for every person seen. Append-only: no application login may change or delete one.
CREATE TABLE contact_looks (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,
  at           timestamptz NOT NULL,         -- when
  account_id   bigint NOT NULL REFERENCES accounts,  -- who
  api_key_id   bigint REFERENCES api_keys,   -- through which key; null: signed in
  contact      uuid NOT NULL,                -- contacts.public_id: stays when the person is erased
  reason       text NOT NULL CHECK (reason IN ('called_us', 'call_back', 'correct_data', 'rights_request', 'authority', 'other')),
  note_sealed  bytea,                        -- what they wrote of the reason
  data_key_id  bigint REFERENCES data_keys
);
CREATE INDEX contact_looks_unit ON contact_looks (unit_id, id);
CREATE INDEX contact_looks_contact ON contact_looks (unit_id, contact, id);
CREATE INDEX contact_looks_key ON contact_looks (data_key_id) WHERE data_key_id IS NOT NULL;
SELECT loa_protect('contact_looks', true);
GRANT SELECT, INSERT ON contact_looks TO loa_web;
-- Of a look the workers may not even read more than they seal anew.
GRANT SELECT (id, unit_id, note_sealed, data_key_id), UPDATE (note_sealed, data_key_id) ON contact_looks TO loa_worker;
