-- People who may act: signing in with a key, invitations, and making accounts for units below.

-- Whose key this is. Whoever belongs to a unit that has ended acts for nobody. One that is yet to begin may get ready.
CREATE OR REPLACE FUNCTION door_api_key(hash bytea)
  RETURNS TABLE (api_key_id bigint, account_id bigint, unit_id integer, unit_code text,
                      roles text[], scopes text[], language text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.id, a.id, k.unit_id, u.code, a.roles, k.scopes, a.language
    FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN units u ON u.id = k.unit_id
   WHERE k.key_hash = hash AND k.revoked_at IS NULL AND a.disabled_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now())
     AND EXISTS (SELECT FROM unit_versions v WHERE v.unit_id = k.unit_id
                    AND (v.valid_to IS NULL OR v.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date))
$$;

-- Whose invitation this is, for whoever comes with it and nothing else.
CREATE OR REPLACE FUNCTION door_invitation(hash bytea, at timestamptz)
  RETURNS TABLE (account_id bigint, account uuid, unit_id integer, unit_code text, roles text[], language text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id, a.public_id, a.unit_id, u.code, a.roles, a.language
    FROM invitations i JOIN accounts a ON a.id = i.account_id JOIN units u ON u.id = a.unit_id
   WHERE i.token_hash = hash AND i.expires_at > at AND a.disabled_at IS NULL
$$;

-- Those of the emails, by keyed hash, that have an account anywhere: an email signs in to one account. Never says where.
CREATE OR REPLACE FUNCTION door_emails_taken(hashes bytea[]) RETURNS SETOF bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT email_hash FROM accounts WHERE email_hash = ANY (hashes)
$$;

-- Makes accounts with an invitation each, at or below the acting unit. `roles`: with a space between. Fewer rows than asked means
-- that an email was taken meanwhile, and that the caller must roll back.
CREATE OR REPLACE FUNCTION door_invite_accounts(units integer[], hashes bytea[], emails bytea[], names bytea[],
                                     keys bigint[], roles text[],
                                     languages text[], tokens bytea[], until timestamptz,
                                     by_account bigint, by_key bigint, at timestamptz)
  RETURNS TABLE (email_hash bytea, account uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF EXISTS (SELECT FROM unnest(units, keys) AS a (unit, key)
              WHERE NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = a.unit)
                 OR NOT EXISTS (SELECT FROM data_keys k WHERE k.id = a.key AND k.unit_id = a.unit)) THEN
    RAISE EXCEPTION 'a unit does not stand below the acting one, or the data key is not its own';
  END IF;
  RETURN QUERY
    WITH asked AS (
      SELECT * FROM unnest(units, hashes, emails, names, keys, roles, languages, tokens)
                 AS a (unit, hash, email, name, key, role, lang, token)
    ), made AS (
      INSERT INTO accounts (unit_id, email_hash, email_sealed, name_sealed, data_key_id,
                              password_hash, roles, language, created_at)
        SELECT unit, hash, email, name, key, '!', string_to_array(role, ' '), lang, at FROM asked
        ON CONFLICT (email_hash) DO NOTHING RETURNING *
    ), invited AS (
      INSERT INTO invitations (unit_id, account_id, token_hash, made_at, expires_at)
        SELECT made.unit_id, made.id, asked.token, at, until FROM made JOIN asked ON asked.hash = made.email_hash
    ), told AS (
      INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
        SELECT made.unit_id, at, by_account, by_key, deed.action, 'account', made.id::text, deed.details
          FROM made CROSS JOIN LATERAL (VALUES ('account.created', jsonb_build_object('roles', to_jsonb(made.roles))),
                                               ('invitation.made', '{}')) AS deed (action, details)
    )
    SELECT made.email_hash, made.public_id FROM made;
END $$;

-- The account a unit may name as its lead: of the unit or of one above it. Null for every other email, whether it has an account
-- or not.
CREATE OR REPLACE FUNCTION door_lead_account(hash bytea) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id FROM accounts a JOIN unit_closure c ON c.ancestor_id = a.unit_id AND c.descendant_id = loa_unit()
   WHERE a.email_hash = hash AND a.disabled_at IS NULL AND 'data_protection_lead' = ANY (a.roles)
$$;

-- Who filed, named, accepted, approved or looked, for the acting unit: they may be of a unit above, whose accounts and keys it
-- does not see. Sealed names, and the wrapped keys they are sealed with.
CREATE OR REPLACE FUNCTION door_readiness_people()
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

REVOKE ALL ON FUNCTION door_api_key, door_invitation, door_emails_taken, door_invite_accounts, door_lead_account,
  door_readiness_people FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_api_key, door_invitation, door_emails_taken, door_invite_accounts, door_lead_account,
  door_readiness_people TO loa_web;
