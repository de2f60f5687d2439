-- What was said, signed. Nothing here refers to anything that can change.

CREATE TABLE records (
  id             uuid PRIMARY KEY,
  unit_id        integer NOT NULL REFERENCES units,
  jws            bytea NOT NULL,             -- general JSON serialisation, stored and served byte for byte
  sha256         bytea NOT NULL UNIQUE,      -- of jws
  public_number  bigint NOT NULL UNIQUE,     -- delivery number; its look-up number stands in the record
  signed_at      timestamptz NOT NULL,       -- as the record says
  expires_at     timestamptz NOT NULL,       -- as the record says
  purpose        text NOT NULL DEFAULT 'record' CHECK (purpose IN ('record', 'drill')),  -- one made for a drill is signed
                                             -- with a drill key and never passes for a warning
  UNIQUE (id, unit_id)                       -- a unit revokes its own
);
SELECT loa_protect('records');
CREATE POLICY public_reading ON records FOR SELECT TO loa_lookup USING (true);
GRANT SELECT ON records TO loa_web, loa_worker, loa_lookup;
GRANT INSERT ON records TO loa_web;

-- A record that no longer stands, by its issuer's signed word: a broadcast was cancelled. The record stays as it is.
CREATE TABLE record_revocations (
  record_id  uuid NOT NULL,                  -- the record that no longer stands
  unit_id    integer NOT NULL REFERENCES units,
  jws        bytea NOT NULL,                 -- the signed word, served byte for byte
  stored_at  timestamptz NOT NULL DEFAULT now(),  -- the list of revocations goes by it
  PRIMARY KEY (unit_id, record_id),
  FOREIGN KEY (record_id, unit_id) REFERENCES records (id, unit_id)
);
CREATE INDEX record_revocations_stored ON record_revocations (stored_at);
SELECT loa_protect('record_revocations');
CREATE POLICY public_reading ON record_revocations FOR SELECT TO loa_lookup USING (true);
GRANT SELECT ON record_revocations TO loa_lookup;
GRANT SELECT, INSERT ON record_revocations TO loa_web;  -- select: for ON CONFLICT

-- number -> block -> record answers every look-up for ever, also after the personal rows are gone.
CREATE TABLE number_blocks (
  first_number  bigint PRIMARY KEY,          -- of the block
  last_number   bigint NOT NULL UNIQUE CHECK (last_number >= first_number),  -- of the block, which has no gaps
  unit_id       integer NOT NULL REFERENCES units,
  record_id     uuid NOT NULL REFERENCES records DEFERRABLE INITIALLY DEFERRED,  -- the record these numbers lead to
  purpose       text NOT NULL CHECK (purpose IN ('public', 'deliveries')),  -- the record's own number, or those of its messages
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX number_blocks_record ON number_blocks (record_id);
SELECT loa_protect('number_blocks');
CREATE POLICY public_reading ON number_blocks FOR SELECT TO loa_lookup USING (true);
GRANT SELECT ON number_blocks TO loa_web, loa_worker, loa_lookup;

-- Numbers are given out by a door only (door_reserve_numbers).
CREATE TABLE number_counter (
  one          boolean PRIMARY KEY DEFAULT true CHECK (one),  -- there is one row
  next_number  bigint NOT NULL               -- the first that was never given out
);
INSERT INTO number_counter (next_number) VALUES (1);
ALTER TABLE number_counter ENABLE ROW LEVEL SECURITY;

-- Numbers that may have been issued after the backup from which the system was restored: of what, nobody knows any more. To whom
-- asks for one the look-up is unavailable; it is never called unknown, as an invented one is.
CREATE TABLE lost_numbers (
  first_number  bigint PRIMARY KEY,          -- of the gap
  last_number   bigint NOT NULL CHECK (last_number >= first_number),  -- the highest that may have been issued
  backed_up     timestamptz NOT NULL,        -- as of when the backup was
  restored_at   timestamptz NOT NULL         -- when it was restored
);
ALTER TABLE lost_numbers ENABLE ROW LEVEL SECURITY;
