-- What the letter asks of a unit before it may hold a list or send: a data rule, a lead who accepted, a verification card.
-- Rows are added, never changed, but for a lead's acceptance: the latest of a unit stands, until 31 October behind its school year.

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
  accepted_at  timestamptz
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
