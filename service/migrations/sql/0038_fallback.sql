-- Fallback: whose SMS fails for the number's sake is written to by email, where the sender asked for it.

ALTER TABLE broadcasts ADD COLUMN fallback text CHECK (fallback = 'email');

-- Codes that say something of the number: no such number, no mobile, refused by its holder. The carriers' table in the workers is its twin.
CREATE FUNCTION number_refused(reason text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  reason ~ '^(twilio|provider)\.(21211|21604|21610|21614|21635|30004|30005|30006)$';

-- SMS that have just failed so, until the sweeper has looked at them: by answer or by receipt, whoever wrote it down. Like an inbox: one
-- that failed, waited and failed again stands here twice.
CREATE TABLE fallbacks_due (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  unit_id       integer NOT NULL REFERENCES units,
  number        bigint NOT NULL
);
CREATE INDEX fallbacks_due_broadcast ON fallbacks_due (broadcast_id, id);
SELECT loa_protect('fallbacks_due');
GRANT SELECT, DELETE ON fallbacks_due TO loa_worker;

CREATE FUNCTION delivery_fell_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO fallbacks_due (broadcast_id, unit_id, number)
    SELECT b.id, b.unit_id, NEW.number FROM broadcasts b
     WHERE b.id = NEW.broadcast_id AND b.fallback IS NOT NULL AND number_refused(NEW.reason);
  RETURN NULL;
END $$;
-- The condition is computed without calling anything; the function runs only for what failed.
CREATE TRIGGER delivery_fell_back AFTER UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (NEW.state = 'failed' AND OLD.state <> 'failed' AND NEW.channel = 'sms')
  EXECUTE FUNCTION delivery_fell_back();

-- Broadcasts with some of these to look at. What is paused keeps them; what was cancelled or has expired falls back no more.
CREATE FUNCTION door_fallbacks_due(at timestamptz) RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM fallbacks_due f USING broadcasts b WHERE b.id = f.broadcast_id AND (b.state = 'cancelled' OR b.expires_at <= at);
  SELECT DISTINCT b.unit_id, b.id FROM fallbacks_due f JOIN broadcasts b ON b.id = f.broadcast_id
   WHERE b.state IN ('sending', 'completed') ORDER BY b.id LIMIT 100
$$;

-- As in 0007, and what is to fall back is something left to do.
CREATE OR REPLACE FUNCTION door_finished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b
   WHERE b.state = 'sending' AND NOT EXISTS (
     SELECT FROM delivery_chunks c WHERE c.broadcast_id = b.id
        AND (c.waiting > 0 OR c.calling > 0 OR (c.uncertain > 0 AND c.channel = 'sms')))
     AND NOT EXISTS (SELECT FROM fallbacks_due f WHERE f.broadcast_id = b.id)
   LIMIT 100
$$;

REVOKE ALL ON FUNCTION number_refused(text), delivery_fell_back(), door_fallbacks_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_fallbacks_due(timestamptz) TO loa_worker;
