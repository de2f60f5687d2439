-- What the letter asks of a unit before it may hold a list or send: a data rule, a lead who accepted, a verification card. Rows
-- are added, never changed, but for a lead's acceptance and leaving: the latest of a unit stands, until 31 October behind its
-- school year.

CREATE TABLE data_rules (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id         integer NOT NULL REFERENCES units,
  school_year     text NOT NULL,             -- '2026-2027'
  number          text NOT NULL CHECK (length(number) BETWEEN 1 AND 100),   -- "12/QĐ-THCS"
  dated           date NOT NULL,             -- as the paper says
  sha256          bytea NOT NULL CHECK (length(sha256) = 32),               -- of the signed file
  advisory_basis  text NOT NULL DEFAULT 'official_duty' CHECK (advisory_basis IN ('official_duty', 'consent')),
                                             -- 'consent': an advisory goes only to whom a consent stands for
  filed_by        bigint NOT NULL REFERENCES accounts,  -- who says that it is in force
  filed_at        timestamptz NOT NULL       -- when
);
CREATE INDEX data_rules_unit ON data_rules (unit_id, id);

CREATE TABLE protection_leads (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,  -- for which they are the lead
  school_year  text NOT NULL,                -- for which they were named
  account_id   bigint NOT NULL REFERENCES accounts,  -- the lead; of the unit or of one above it
  named_by     bigint NOT NULL REFERENCES accounts,  -- by whom
  named_at     timestamptz NOT NULL,         -- when
  accepted_at  timestamptz,                  -- by the lead; null: not yet
  ended_at     timestamptz,                  -- the account was disabled or is no lead any more: the office lapses that day
  stands_for   text NOT NULL GENERATED ALWAYS AS (CASE WHEN ended_at IS NULL THEN school_year ELSE '0000-0001' END) STORED
                                             -- the school year for which it still stands, or one long over
);
CREATE INDEX protection_leads_unit ON protection_leads (unit_id, id);
-- Wherever it happens, and also for the units below that named them.
CREATE TRIGGER lead_left AFTER UPDATE OF disabled_at, roles ON accounts FOR EACH ROW
  WHEN (NEW.disabled_at IS NOT NULL OR 'data_protection_lead' <> ALL (NEW.roles)) EXECUTE FUNCTION lead_left();

CREATE TABLE verification_cards (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id             integer NOT NULL REFERENCES units,
  school_year         text NOT NULL,         -- '2026-2027'
  phone               text NOT NULL,         -- E.164; the office's, landline or mobile
  hours               text NOT NULL CHECK (length(hours) BETWEEN 1 AND 100),  -- when somebody answers there
  out_of_hours_phone  text NOT NULL,         -- E.164; who answers at any other time
  tested_on           date NOT NULL,         -- both numbers were last rung
  statements          text[] NOT NULL,       -- codes of what the head declares about collecting money
  approved_by         bigint NOT NULL REFERENCES accounts,  -- the head
  approved_at         timestamptz NOT NULL   -- when
);
CREATE INDEX verification_cards_unit ON verification_cards (unit_id, id);

SELECT loa_protect(t, true) FROM unnest(ARRAY['data_rules', 'protection_leads', 'verification_cards']) AS t;
GRANT SELECT ON data_rules, protection_leads, verification_cards TO loa_web, loa_worker;
GRANT INSERT ON data_rules, protection_leads, verification_cards TO loa_web;
GRANT UPDATE (accepted_at) ON protection_leads TO loa_web;

-- Point 1 of the letter: addresses on the net that were looked at for lists of people, and whether what was found is gone.
CREATE TABLE takedowns (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id    uuid NOT NULL DEFAULT gen_random_uuid(),
  unit_id      integer NOT NULL REFERENCES units,
  url          text NOT NULL CHECK (length(url) <= 2000 AND url ~ '^https?://'),  -- what was looked at
  checked_on   date NOT NULL,                -- when
  found        boolean NOT NULL,             -- a list of people was there
  checked_by   bigint NOT NULL REFERENCES accounts,  -- who looked
  recorded_at  timestamptz NOT NULL,         -- when they wrote it down
  removed_on   date CHECK (removed_on >= checked_on),  -- it is gone since then; null: it is not, or nothing was found
  removed_by   bigint REFERENCES accounts,   -- who says that it is gone
  CHECK (found OR removed_on IS NULL)
);
CREATE UNIQUE INDEX takedowns_public ON takedowns (unit_id, public_id);
CREATE INDEX takedowns_unit ON takedowns (unit_id, id);
CREATE INDEX takedowns_open ON takedowns (unit_id) WHERE found AND removed_on IS NULL;

-- The head's word for a school year, given while nothing found was left. Append-only.
CREATE TABLE takedown_statements (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,
  school_year  text NOT NULL,                -- '2026-2027'
  checked      integer NOT NULL,             -- addresses looked at that school year
  stated_by    bigint NOT NULL REFERENCES accounts,  -- the head
  stated_at    timestamptz NOT NULL          -- when
);
CREATE INDEX takedown_statements_unit ON takedown_statements (unit_id, id);

SELECT loa_protect(t, true) FROM unnest(ARRAY['takedowns', 'takedown_statements']) AS t;
GRANT SELECT, INSERT ON takedowns, takedown_statements TO loa_web;
GRANT UPDATE (removed_on, removed_by) ON takedowns TO loa_web;
