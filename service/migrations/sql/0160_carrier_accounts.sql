-- Since when a carrier's name in the settings stands for the account that it stands for now. What was called before then is not absent
-- because this account's list lacks it: another account may have it.
CREATE TABLE carrier_accounts (
  provider  text PRIMARY KEY,
  account   text NOT NULL, -- a fingerprint
  since     timestamptz NOT NULL
);

-- Notes the account, and says since when it is that one. The first that is ever noted has always been.
CREATE FUNCTION door_carrier_account(of_provider text, its_account text, at timestamptz) RETURNS timestamptz
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO carrier_accounts AS c VALUES (of_provider, its_account, 'epoch')
    ON CONFLICT (provider) DO UPDATE SET account = excluded.account, since = at WHERE c.account <> excluded.account;
  SELECT since FROM carrier_accounts WHERE provider = of_provider;
$$;
REVOKE ALL ON FUNCTION door_carrier_account(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_carrier_account(text, text, timestamptz) TO loa_worker;
