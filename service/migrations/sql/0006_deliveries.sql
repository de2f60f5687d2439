-- One message to one address on one channel. Partitioned by the broadcast's serial so that history is dropped whole.

CREATE TABLE deliveries (
  broadcast_id     bigint NOT NULL,
  number           bigint NOT NULL,          -- unique for ever; the look-up number is its keyed permutation
  unit_id          integer NOT NULL,         -- the unit that sends
  recipient_unit   integer NOT NULL,         -- the unit whose list the address came from
  data_key_id      bigint NOT NULL,
  chunk            integer NOT NULL,
  attempt          smallint NOT NULL DEFAULT 0,
  channel          text NOT NULL,
  state            text NOT NULL DEFAULT 'waiting',
  called_at        timestamptz,
  accepted_at      timestamptz,
  finished_at      timestamptz,
  retry_at         timestamptz,
  listed_at        timestamptz,              -- last time the provider's message list was asked for this one
  absences         smallint NOT NULL DEFAULT 0, -- listings in a row that did not have it
  address_hash     bytea NOT NULL,
  address_sealed   bytea NOT NULL,
  provider_id      text,
  reason           text,                     -- code of why it failed, waits again or was not sent
  PRIMARY KEY (broadcast_id, number),
  UNIQUE (broadcast_id, channel, address_hash)
) PARTITION BY RANGE (broadcast_id);
CREATE TABLE deliveries_0 PARTITION OF deliveries FOR VALUES FROM (0) TO (100000)
  WITH (fillfactor = 70);                    -- four updates a row stay on its page (HOT): no index on state, so none to maintain

CREATE TABLE delivery_chunks (
  broadcast_id  bigint NOT NULL REFERENCES broadcasts,
  chunk         integer NOT NULL,
  unit_id       integer NOT NULL REFERENCES units,
  lane          text NOT NULL CHECK (lane IN ('urgent', 'bulk')),
  channel       text NOT NULL,
  first_number  bigint NOT NULL,
  last_number   bigint NOT NULL,
  waiting       integer NOT NULL,
  calling       integer NOT NULL DEFAULT 0,
  accepted      integer NOT NULL DEFAULT 0,
  delivered     integer NOT NULL DEFAULT 0,
  failed        integer NOT NULL DEFAULT 0,
  not_sent      integer NOT NULL DEFAULT 0,
  uncertain     integer NOT NULL DEFAULT 0,
  holder        uuid,                        -- worker process that has it on lease
  lease_until   timestamptz,
  claims        integer NOT NULL DEFAULT 0,  -- rises with each claim; part of the job id
  not_before    timestamptz,                 -- earliest time a retry is due
  nudged_at     timestamptz,                 -- last time a job was queued for it
  changed_at    timestamptz NOT NULL DEFAULT now(),
  left_at       timestamptz,                 -- last time one of it left: accepted, delivered or failed, and was none of these before
  PRIMARY KEY (broadcast_id, chunk),
  CHECK (least(waiting, calling, accepted, delivered, failed, not_sent, uncertain) >= 0)
);
CREATE INDEX delivery_chunks_open ON delivery_chunks (lane, broadcast_id, chunk) WHERE waiting > 0 OR calling > 0 OR uncertain > 0;

-- The one table of moves a delivery may make, as 'was>becomes'. service.deliveries.lifecycle is its twin; a test holds them equal.
CREATE FUNCTION delivery_moves() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY[
  'waiting>calling', 'waiting>not_sent',
  'waiting>accepted', 'waiting>delivered',  -- a receipt of an earlier attempt that was thought not taken
  'calling>accepted', 'calling>delivered', 'calling>failed', 'calling>waiting', 'calling>uncertain',
  'uncertain>accepted', 'uncertain>delivered', 'uncertain>failed', 'uncertain>waiting',
  'accepted>delivered', 'accepted>failed',
  'failed>waiting',
  'failed>delivered'];                      -- a carrier corrects itself, or an earlier attempt came through after all

CREATE FUNCTION delivery_move_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'delivery move not allowed: % -> %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
END $$;
-- The condition is computed without calling anything; the function runs only to refuse.
CREATE TRIGGER delivery_move BEFORE UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND OLD.state || '>' || NEW.state <> ALL (delivery_moves()))
  EXECUTE FUNCTION delivery_move_refused();

-- Keeps the chunk's counts, in the statement that moved its deliveries: the states add up because they cannot do otherwise.
-- Statement level, with transition tables: one pass for a group of 50 as for 500.
CREATE FUNCTION deliveries_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Locked in order, so that receipts and outcomes of several chunks cannot wait for each other in a ring.
  PERFORM FROM delivery_chunks c
    WHERE (c.broadcast_id, c.chunk) IN (SELECT broadcast_id, chunk FROM becomes)
    ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE;
  UPDATE delivery_chunks c SET
      waiting   = c.waiting   + d.waiting,   calling   = c.calling   + d.calling,
      accepted  = c.accepted  + d.accepted,  delivered = c.delivered + d.delivered,
      failed    = c.failed    + d.failed,    not_sent  = c.not_sent  + d.not_sent,
      uncertain = c.uncertain + d.uncertain, changed_at = now(),
      left_at   = CASE WHEN d.accepted + d.delivered + d.failed > 0 THEN now() ELSE c.left_at END
    FROM (SELECT broadcast_id, chunk,
                 coalesce(sum(step) FILTER (WHERE state = 'waiting'), 0)   AS waiting,
                 coalesce(sum(step) FILTER (WHERE state = 'calling'), 0)   AS calling,
                 coalesce(sum(step) FILTER (WHERE state = 'accepted'), 0)  AS accepted,
                 coalesce(sum(step) FILTER (WHERE state = 'delivered'), 0) AS delivered,
                 coalesce(sum(step) FILTER (WHERE state = 'failed'), 0)    AS failed,
                 coalesce(sum(step) FILTER (WHERE state = 'not_sent'), 0)  AS not_sent,
                 coalesce(sum(step) FILTER (WHERE state = 'uncertain'), 0) AS uncertain
            FROM (SELECT broadcast_id, chunk, state, -1 AS step FROM was
                  UNION ALL SELECT broadcast_id, chunk, state, 1 FROM becomes) AS steps
           GROUP BY broadcast_id, chunk) AS d
   WHERE c.broadcast_id = d.broadcast_id AND c.chunk = d.chunk;
  RETURN NULL;
END $$;
CREATE TRIGGER deliveries_moved AFTER UPDATE ON deliveries
  REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION deliveries_moved();

-- What providers said, as it came, stored before the 200 is given; applied in batches afterwards.
CREATE TABLE receipts_inbox (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  broadcast_id  bigint NOT NULL,
  number        bigint NOT NULL,
  attempt       smallint NOT NULL,
  provider_id   text NOT NULL,
  status        text NOT NULL,
  error_code    text,
  received_at   timestamptz NOT NULL
);
CREATE INDEX receipts_inbox_unit ON receipts_inbox (unit_id, id);

CREATE TABLE worker_heartbeats (
  worker_id   uuid PRIMARY KEY,
  lane        text NOT NULL,
  started_at  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL
);
