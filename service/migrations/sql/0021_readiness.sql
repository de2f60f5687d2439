-- What the letter asks of a unit before it may hold a list or send: a data rule, a lead who accepted, a verification card.
-- Rows are added, never changed, but for a lead's acceptance and leaving: the latest of a unit stands, until 31 October behind its school year.

CREATE TABLE data_rules (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id         integer NOT NULL REFERENCES units,
  school_year     text NOT NULL,             -- '2026-2027'
  number          text NOT NULL CHECK (length(number) BETWEEN 1 AND 100),   -- "12/QĐ-THCS"
  dated           date NOT NULL,
  sha256          bytea NOT NULL CHECK (length(sha256) = 32),               -- of the signed file
  advisory_basis  text NOT NULL DEFAULT 'official_duty' CHECK (advisory_basis IN ('official_duty', 'consent')),
  filed_by        bigint NOT NULL REFERENCES accounts,
  filed_at        timestamptz NOT NULL
);
CREATE INDEX data_rules_unit ON data_rules (unit_id, id);

CREATE TABLE protection_leads (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,
  school_year  text NOT NULL,
  account_id   bigint NOT NULL REFERENCES accounts,
  named_by     bigint NOT NULL REFERENCES accounts,
  named_at     timestamptz NOT NULL,
  accepted_at  timestamptz,
  ended_at     timestamptz,                  -- the account was disabled or is no lead any more: the office lapses that day
  stands_for   text NOT NULL GENERATED ALWAYS AS (CASE WHEN ended_at IS NULL THEN school_year ELSE '0000-0001' END) STORED
);
CREATE INDEX protection_leads_unit ON protection_leads (unit_id, id);

CREATE TABLE verification_cards (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id             integer NOT NULL REFERENCES units,
  school_year         text NOT NULL,
  phone               text NOT NULL,         -- E.164; the office's, landline or mobile
  hours               text NOT NULL CHECK (length(hours) BETWEEN 1 AND 100),
  out_of_hours_phone  text NOT NULL,
  tested_on           date NOT NULL,         -- both numbers were last rung
  statements          text[] NOT NULL,       -- codes of what the head declares about collecting money
  approved_by         bigint NOT NULL REFERENCES accounts,
  approved_at         timestamptz NOT NULL
);
CREATE INDEX verification_cards_unit ON verification_cards (unit_id, id);

SELECT loa_protect(t, true) FROM unnest(ARRAY['data_rules', 'protection_leads', 'verification_cards']) AS t;
GRANT SELECT ON data_rules, protection_leads, verification_cards TO loa_web, loa_worker;
GRANT INSERT ON data_rules, protection_leads, verification_cards TO loa_web;
GRANT UPDATE (accepted_at) ON protection_leads TO loa_web;

-- The account a unit may name as its lead: of the unit or of one above it. Null for every other email, whether it has an account or not.
CREATE FUNCTION door_lead_account(hash bytea) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id FROM accounts a JOIN unit_closure c ON c.ancestor_id = a.unit_id AND c.descendant_id = loa_unit()
   WHERE a.email_hash = hash AND a.disabled_at IS NULL AND 'data_protection_lead' = ANY (a.roles)
$$;

-- Wherever it happens, and also for the units below that named them.
CREATE FUNCTION lead_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE protection_leads SET ended_at = coalesce(NEW.disabled_at, now()) WHERE account_id = NEW.id AND ended_at IS NULL;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION lead_left() FROM PUBLIC;
CREATE TRIGGER lead_left AFTER UPDATE OF disabled_at, roles ON accounts FOR EACH ROW
  WHEN (NEW.disabled_at IS NOT NULL OR 'data_protection_lead' <> ALL (NEW.roles)) EXECUTE FUNCTION lead_left();

-- Point 1 of the letter: addresses on the net that were looked at for lists of people, and whether what was found is gone.
CREATE TABLE takedowns (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id    uuid NOT NULL DEFAULT gen_random_uuid(),
  unit_id      integer NOT NULL REFERENCES units,
  url          text NOT NULL CHECK (length(url) <= 2000 AND url ~ '^https?://'),
  checked_on   date NOT NULL,
  found        boolean NOT NULL,
  checked_by   bigint NOT NULL REFERENCES accounts,
  recorded_at  timestamptz NOT NULL,
  removed_on   date CHECK (removed_on >= checked_on),
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
  school_year  text NOT NULL,
  checked      integer NOT NULL,             -- addresses looked at that school year
  stated_by    bigint NOT NULL REFERENCES accounts,
  stated_at    timestamptz NOT NULL
);
CREATE INDEX takedown_statements_unit ON takedown_statements (unit_id, id);

SELECT loa_protect(t, true) FROM unnest(ARRAY['takedowns', 'takedown_statements']) AS t;
GRANT SELECT, INSERT ON takedowns, takedown_statements TO loa_web;
GRANT UPDATE (removed_on, removed_by) ON takedowns TO loa_web;

-- Who filed, named, accepted, approved or looked, for the acting unit: they may be of a unit above, whose accounts and keys it does
-- not see. Sealed names, and the wrapped keys they are sealed with.
CREATE FUNCTION door_readiness_people()
  RETURNS TABLE (account_id bigint, name_sealed bytea, data_key_id bigint, key_unit integer, wrapped bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id, a.name_sealed, k.id, k.unit_id, k.wrapped
    FROM accounts a JOIN data_keys k ON k.id = a.data_key_id
   WHERE a.id IN (
     SELECT filed_by FROM data_rules WHERE unit_id = loa_unit()
     UNION SELECT unnest(ARRAY[account_id, named_by]) FROM protection_leads WHERE unit_id = loa_unit()
     UNION SELECT approved_by FROM verification_cards WHERE unit_id = loa_unit()
     UNION SELECT unnest(ARRAY[checked_by, removed_by]) FROM takedowns WHERE unit_id = loa_unit()
     UNION SELECT stated_by FROM takedown_statements WHERE unit_id = loa_unit())
$$;

REVOKE ALL ON FUNCTION door_lead_account(bytea), door_readiness_people() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_lead_account(bytea), door_readiness_people() TO loa_web;

-- The ready text a warning was drafted with, if its words are still that text's: some may be used only where the head has made a statement.
ALTER TABLE broadcasts ADD COLUMN template text;
