-- Once, for a database made by the chain of migrations that was squashed into tables/ and functions/: its last was 0016 (commit
-- b0e0c1d). What was another there becomes as it stands here; tables/0013_schema.sql and the functions follow.
DROP TABLE alembic_version;

-- A language is a folder of catalogues: which there are is not the database's to know.
ALTER TABLE accounts DROP CONSTRAINT accounts_language_check,
  ADD CONSTRAINT accounts_language_check CHECK (language ~ '^[a-z]{2,3}(_[A-Za-z]{2,8})?$');

-- What nobody read or called any more.
DROP FUNCTION door_idle_chunks(integer), door_take_outbox(integer), door_silent_chunks(timestamptz, integer),
  deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz, bigint[], smallint[],
    text[], text[], text[], timestamptz[],
    bigint[], text);
ALTER TABLE contact_points DROP COLUMN basis;
ALTER TABLE imports DROP COLUMN file_format;

-- They belong to no unit, and are shut as others of that kind are: doors were the only way to them already.
ALTER TABLE carrier_troubles ENABLE ROW LEVEL SECURITY;
ALTER TABLE carrier_accounts ENABLE ROW LEVEL SECURITY;

-- Whose fault a failure is, and each code behind its carrier's name: until then SMS went by Twilio alone, and what receipts said
-- began with "provider.".
ALTER TABLE deliveries ADD COLUMN fault text;
UPDATE deliveries SET
    reason = regexp_replace(reason, '^provider\.', 'twilio.'),
    fault = CASE
      WHEN reason ~ '^(twilio|provider)\.(21211|21614|21635|30005|30006)$'
        OR reason ~ '^smtp\.(550|551|553)\.5\.1\.(1|2|3|6|10)$' THEN 'dead_address'
      WHEN reason ~ '^(twilio|provider)\.(21214|21217|21265|21268|21604|21610|30004)$' THEN 'number'
      WHEN reason ~ '^(twilio|provider)\.30003$' THEN 'unreachable'
      ELSE 'unknown' END
  WHERE reason ~ '^(twilio|provider|smtp)\.' AND state IN ('failed', 'waiting');
UPDATE broadcasts SET pause_reason = regexp_replace(pause_reason, '^provider\.', 'twilio.') WHERE pause_reason LIKE 'provider.%';
UPDATE failures_met SET code = 'twilio.' || code;
UPDATE receipts_inbox SET
    status = CASE WHEN status IN ('failed', 'undelivered', 'canceled') THEN 'failed'
                  WHEN status IN ('delivered', 'read') THEN 'delivered'
                  WHEN status IN ('accepted', 'scheduled', 'queued', 'sending', 'sent') THEN 'accepted' ELSE status END,
    error_code = CASE WHEN status IN ('failed', 'undelivered', 'canceled') THEN 'twilio.' || coalesce(error_code, 'failed') END;
-- The argument of `dead_address` has another name now.
DROP FUNCTION number_refused(text), dead_address(text),
  deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz, bigint[], smallint[],
    text[], text[], text[], timestamptz[],
    boolean[], bigint[], text);
