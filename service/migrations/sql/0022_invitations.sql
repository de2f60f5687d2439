-- Accounts made by somebody else have no password. Their person sets it with an invitation, once; nobody else ever knows it.

-- What the outside calls an account and a key: serial numbers would tell a school how many the others have.
ALTER TABLE accounts ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
ALTER TABLE api_keys ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;

-- The one invitation an account has. A new one takes its place; redeeming it deletes it.
CREATE TABLE invitations (
  unit_id     integer NOT NULL REFERENCES units,
  account_id  bigint NOT NULL REFERENCES accounts,
  token_hash  bytea NOT NULL UNIQUE,         -- SHA-256 of 256 random bits, as with API keys
  made_at     timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (unit_id, account_id)
);
SELECT loa_protect('invitations', true);
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO loa_web;

-- Whoever answers for the people of a tree finds them below their own unit, and then acts for that unit.
CREATE POLICY below_unit ON accounts FOR SELECT TO loa_web USING ((SELECT loa_subtree()) AND unit_id IN
  (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())));
CREATE POLICY below_unit ON api_keys FOR SELECT TO loa_web USING ((SELECT loa_subtree()) AND unit_id IN
  (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())));

-- Whose invitation this is, for whoever comes with it and nothing else.
CREATE FUNCTION door_invitation(hash bytea, at timestamptz)
  RETURNS TABLE (account_id bigint, account uuid, unit_id integer, unit_code text, roles text[], language text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id, a.public_id, a.unit_id, u.code, a.roles, a.language
    FROM invitations i JOIN accounts a ON a.id = i.account_id JOIN units u ON u.id = a.unit_id
   WHERE i.token_hash = hash AND i.expires_at > at AND a.disabled_at IS NULL
$$;

-- Many at once. What these doors add over the single ones is that they are one statement, whatever the number of units.

-- Those of the codes that some unit has, wherever it stands: a code is public.
CREATE FUNCTION door_codes_taken(codes text[]) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT code FROM units WHERE code = ANY (codes)
$$;

-- Makes units below the acting one; a parent may be among them. How many were made: fewer than asked means that a code was taken
-- meanwhile, and that the caller must roll back.
CREATE FUNCTION door_create_units(codes text[], levels text[], names text[], parents text[], starts date[],
                                  by_account bigint, by_key bigint, at timestamptz) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  made bigint;
  ranks text[] := ARRAY['department', 'commune_office', 'school'];
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  INSERT INTO units (code, level, created_at)
    SELECT a.code, a.level, at FROM unnest(codes, levels) AS a (code, level) ON CONFLICT (code) DO NOTHING;
  GET DIAGNOSTICS made = ROW_COUNT;
  IF made < cardinality(codes) THEN RETURN made; END IF;
  INSERT INTO unit_versions
    SELECT u.id, a.name, p.id, a.start, NULL
      FROM unnest(codes, names, parents, starts) AS a (code, name, parent, start)
      JOIN units u ON u.code = a.code JOIN units p ON p.code = a.parent
     WHERE array_position(ranks, p.level) < array_position(ranks, u.level);  -- so no ring can be made
  -- From each new unit up through the new ones, until one that stood before.
  INSERT INTO unit_closure
    WITH RECURSIVE fresh AS (
      SELECT v.unit_id, v.parent_id FROM unit_versions v JOIN units u ON u.id = v.unit_id WHERE u.code = ANY (codes)
    ), up AS (
      SELECT unit_id AS descendant, unit_id AS top, 0 AS depth FROM fresh
      UNION ALL
      SELECT up.descendant, fresh.parent_id, up.depth + 1 FROM up JOIN fresh ON fresh.unit_id = up.top
    )
    SELECT up.top, up.descendant, up.depth FROM up JOIN fresh ON fresh.unit_id = up.top
    UNION ALL
    SELECT c.ancestor_id, up.descendant, up.depth + c.depth
      FROM up JOIN unit_closure c ON c.descendant_id = up.top WHERE up.top NOT IN (SELECT unit_id FROM fresh);
  IF (SELECT count(*) FROM unit_closure c JOIN units u ON u.id = c.descendant_id
       WHERE c.ancestor_id = loa_unit() AND c.depth > 0 AND u.code = ANY (codes)) < made THEN
    RAISE EXCEPTION 'a parent does not stand below the acting unit, or not at a higher level';
  END IF;
  INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
    SELECT loa_unit(), at, by_account, by_key, 'unit.created', 'unit', a.code, jsonb_build_object('level', a.level)
      FROM unnest(codes, levels) AS a (code, level);
  RETURN made;
END $$;

-- A first data key for each of the units, at or below the acting one, that has none.
CREATE FUNCTION door_first_data_keys(units integer[], wraps bytea[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO data_keys (unit_id, wrapped)
    SELECT a.unit, a.wrap FROM unnest(units, wraps) AS a (unit, wrap)
      JOIN unit_closure c ON c.descendant_id = a.unit AND c.ancestor_id = loa_unit()
    ON CONFLICT DO NOTHING
$$;

-- Those of the emails, by keyed hash, that have an account anywhere: an email signs in to one account. Never says where.
CREATE FUNCTION door_emails_taken(hashes bytea[]) RETURNS SETOF bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT email_hash FROM accounts WHERE email_hash = ANY (hashes)
$$;

-- Makes accounts with an invitation each, at or below the acting unit. `roles`: with a space between. Fewer rows than asked means
-- that an email was taken meanwhile, and that the caller must roll back.
CREATE FUNCTION door_invite_accounts(units integer[], hashes bytea[], emails bytea[], names bytea[], keys bigint[], roles text[],
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
      INSERT INTO accounts (unit_id, email_hash, email_sealed, name_sealed, data_key_id, password_hash, roles, language, created_at)
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

REVOKE ALL ON FUNCTION door_invitation(bytea, timestamptz), door_codes_taken(text[]),
  door_create_units(text[], text[], text[], text[], date[], bigint, bigint, timestamptz),
  door_first_data_keys(integer[], bytea[]), door_emails_taken(bytea[]),
  door_invite_accounts(integer[], bytea[], bytea[], bytea[], bigint[], text[], text[], bytea[], timestamptz, bigint, bigint,
    timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_invitation(bytea, timestamptz), door_codes_taken(text[]),
  door_create_units(text[], text[], text[], text[], date[], bigint, bigint, timestamptz),
  door_first_data_keys(integer[], bytea[]), door_emails_taken(bytea[]),
  door_invite_accounts(integer[], bytea[], bytea[], bytea[], bigint[], text[], text[], bytea[], timestamptz, bigint, bigint,
    timestamptz) TO loa_web;
