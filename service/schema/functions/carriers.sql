-- How the carriers are: none of it is a unit's.

-- Without `tries_again` the channel works again. What dead workers left goes with it.
CREATE OR REPLACE FUNCTION door_note_trouble(worker uuid, of_channel text, tries_again timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM carrier_troubles WHERE worker_id = worker AND channel = of_channel AND tries_again IS NULL
     OR until < now() - interval '1 hour';
  INSERT INTO carrier_troubles SELECT worker, of_channel, tries_again WHERE tries_again IS NOT NULL
    ON CONFLICT (worker_id, channel) DO UPDATE SET until = excluded.until;
$$;

-- Channels that a living worker cannot send on, and when the last of them tries again.
CREATE OR REPLACE FUNCTION door_carrier_troubles() RETURNS TABLE (channel text, until timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.channel, max(t.until) FROM carrier_troubles t JOIN worker_heartbeats h ON h.worker_id = t.worker_id
   WHERE h.seen_at > now() - interval '8 seconds' GROUP BY t.channel
$$;

-- Notes the account, and says since when it is that one. The first that is ever noted has always been.
CREATE OR REPLACE FUNCTION door_carrier_account(of_provider text, its_account text, at timestamptz) RETURNS timestamptz
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO carrier_accounts AS c VALUES (of_provider, its_account, 'epoch')
    ON CONFLICT (provider) DO UPDATE SET account = excluded.account, since = at WHERE c.account <> excluded.account;
  SELECT since FROM carrier_accounts WHERE provider = of_provider;
$$;

REVOKE ALL ON FUNCTION door_note_trouble, door_carrier_troubles, door_carrier_account
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_carrier_troubles TO loa_web;
GRANT EXECUTE ON FUNCTION door_note_trouble, door_carrier_account TO loa_worker;
