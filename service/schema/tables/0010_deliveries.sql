-- One message to one address on one channel. Partitioned by the broadcast's serial so that history is dropped whole; the next
-- partition is made ahead of time (door_make_partitions), and what is said of deliveries_0 here is said there again.

-- The one table of moves a delivery may make, as 'was>becomes'. service.deliveries.lifecycle is its twin; a test holds them
-- equal.
CREATE FUNCTION delivery_moves() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY[
  'waiting>calling', 'waiting>not_sent',
  'waiting>accepted', 'waiting>delivered',  -- a receipt of an earlier attempt that was thought not taken
  'calling>accepted', 'calling>delivered', 'calling>failed', 'calling>waiting', 'calling>uncertain',
  'uncertain>accepted', 'uncertain>delivered', 'uncertain>failed', 'uncertain>waiting',
  'accepted>delivered', 'accepted>failed',
  'failed>waiting',
  'failed>delivered'];                      -- a carrier corrects itself, or an earlier attempt came through after all
REVOKE ALL ON FUNCTION delivery_moves() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delivery_moves() TO loa_worker;

-- It refers to nothing: millions of rows would each be looked up.
CREATE TABLE deliveries (
  broadcast_id     bigint NOT NULL,
  number           bigint NOT NULL,          -- unique for ever; the look-up number is its keyed permutation
  unit_id          integer NOT NULL,         -- the unit that sends
  recipient_unit   integer NOT NULL,         -- the unit whose list the address came from
  data_key_id      bigint NOT NULL,          -- the recipient unit's
  chunk            integer NOT NULL,         -- delivery_chunks.chunk
  attempt          smallint NOT NULL DEFAULT 0,  -- how often a carrier was called for it
  returned         smallint NOT NULL DEFAULT 0,  -- attempts that came back to wait for reasons of its own, by
                                             -- a receipt or by the carrier's answer: one that met a
                                             -- carrier in trouble says nothing of it
  channel          text NOT NULL,
  state            text NOT NULL DEFAULT 'waiting',  -- see delivery_moves
  called_at        timestamptz,              -- when the latest attempt began
  accepted_at      timestamptz,              -- when a carrier took it
  finished_at      timestamptz,              -- when it was delivered, failed or was not sent
  retry_at         timestamptz,              -- waits, and not before then
  listed_at        timestamptz,              -- last time the provider's message list was asked for it; 'infinity': there is none
  absences         smallint NOT NULL DEFAULT 0,  -- listings in a row that did not have it
  address_hash     bytea NOT NULL,           -- as contact_points.address_hash
  address_sealed   bytea NOT NULL,           -- empty: forgotten
  provider         text,                     -- in whose name the intent of the latest attempt was committed;
                                             -- null: never called, or not known since a restore
  provider_id      text,                     -- what the provider calls it
  reason           text,                     -- code of why it failed, waits again or was not sent; a carrier's behind its name
  fault            text,                     -- of a carrier's code: whose fault that is (service/carriers/meanings.py)
  PRIMARY KEY (broadcast_id, number),
  UNIQUE (broadcast_id, channel, address_hash)
) PARTITION BY RANGE (broadcast_id);
-- A round moves all deliveries of a page at once, and what they were goes only when it is committed: a page needs room for each
-- row twice. With 70 more than a third of the moves went to another page and into both indexes; with 40 none does (HOT: no index
-- on state, so none to maintain), and the table ends no larger.
CREATE TABLE deliveries_0 PARTITION OF deliveries FOR VALUES FROM (0) TO (100000) WITH (fillfactor = 40);
-- A broadcast that was just planned is unknown to the statistics, and a planner that takes it for one row would rather read all
-- of it by another index than a chunk by the key. Without statistics it takes a broadcast for a share of the table.
ALTER TABLE deliveries ALTER COLUMN broadcast_id SET STATISTICS 0;
ALTER TABLE deliveries_0 ALTER COLUMN broadcast_id SET STATISTICS 0;
SELECT loa_protect('deliveries');
GRANT SELECT ON deliveries TO loa_web;
GRANT SELECT, INSERT, UPDATE ON deliveries TO loa_worker;

-- The conditions are computed without calling anything; the functions run only to refuse, and for what failed.
CREATE TRIGGER delivery_move BEFORE UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND OLD.state || '>' || NEW.state <> ALL (delivery_moves()))
  EXECUTE FUNCTION delivery_move_refused();
CREATE TRIGGER delivery_fell_back AFTER UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (NEW.state = 'failed' AND OLD.state <> 'failed' AND NEW.channel = 'sms')
  EXECUTE FUNCTION delivery_fell_back();
CREATE TRIGGER deliveries_moved AFTER UPDATE ON deliveries
  REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION deliveries_moved();

-- A broadcast's deliveries on one channel in portions, each of which one worker at a time has on lease.
CREATE TABLE delivery_chunks (
  broadcast_id  bigint NOT NULL REFERENCES broadcasts,
  chunk         integer NOT NULL,            -- counted within the broadcast
  unit_id       integer NOT NULL REFERENCES units,  -- the unit that sends
  lane          text NOT NULL CHECK (lane IN ('urgent', 'bulk')),  -- whose workers send it
  channel       text NOT NULL,
  segments      smallint NOT NULL DEFAULT 1, -- a message of it costs its provider; 1 for an email
  first_number  bigint NOT NULL,             -- of its deliveries
  last_number   bigint NOT NULL,             -- of its deliveries
  -- How many of its deliveries are in each state: kept by the trigger deliveries_moved.
  waiting       integer NOT NULL,            -- to be called, or called again
  calling       integer NOT NULL DEFAULT 0,  -- being handed to a carrier
  accepted      integer NOT NULL DEFAULT 0,  -- a carrier took them
  delivered     integer NOT NULL DEFAULT 0,  -- they arrived, as a receipt says
  failed        integer NOT NULL DEFAULT 0,  -- refused, by answer or by receipt
  not_sent      integer NOT NULL DEFAULT 0,  -- they will not leave
  uncertain     integer NOT NULL DEFAULT 0,  -- nobody knows whether a carrier took them
  holder        uuid,                        -- worker process that has it on lease
  lease_until   timestamptz,                 -- until when
  claims        integer NOT NULL DEFAULT 0,  -- rises with each claim; part of the job id
  not_before    timestamptz,                 -- earliest time a retry is due
  nudged_at     timestamptz,                 -- last time a job was queued for it; while this is set it is out,
                                             -- queued or leased
  changed_at    timestamptz NOT NULL DEFAULT now(),  -- last time one of its deliveries moved
  left_at       timestamptz,                 -- last time one of it left: accepted, delivered or failed, and
                                             -- was none of these before
  counted_at    timestamptz,                 -- when its deliveries were counted in messages_of_day: once
  polled_at     timestamptz,                 -- when the whole of it was last asked for at its provider
  resealed_at   timestamptz,                 -- when its deliveries were last gone through for retired keys
  forgotten_at  timestamptz,                 -- when its addresses were forgotten, 180 days after their broadcast ended
  PRIMARY KEY (broadcast_id, chunk),
  CHECK (least(waiting, calling, accepted, delivered, failed, not_sent, uncertain) >= 0)
);
CREATE INDEX delivery_chunks_open ON delivery_chunks (lane, broadcast_id, chunk)
  WHERE waiting > 0 OR calling > 0 OR uncertain > 0;
-- What waits for its turn is in this index only while it is not out, so that rounds of chunks under way do not touch it.
CREATE INDEX delivery_chunks_next ON delivery_chunks (broadcast_id, channel, chunk) WHERE waiting > 0 AND nudged_at IS NULL;
CREATE INDEX delivery_chunks_out ON delivery_chunks (lane, broadcast_id) WHERE nudged_at IS NOT NULL;
SELECT loa_protect('delivery_chunks');
GRANT SELECT ON delivery_chunks TO loa_web;
GRANT SELECT, INSERT, UPDATE ON delivery_chunks TO loa_worker;

-- Who had a turn when: door_next_chunks.
CREATE TABLE delivery_turns (
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  channel       text NOT NULL,               -- a broadcast's SMS and its emails each for themselves
  unit_id       integer NOT NULL REFERENCES units,
  taken_at      timestamptz NOT NULL,        -- its last turn
  PRIMARY KEY (broadcast_id, channel)
);
SELECT loa_protect('delivery_turns');

-- SMS that have just failed for the number's sake, until the sweeper has looked at them: by answer or by receipt, whoever wrote
-- it down. Like an inbox: one that failed, waited and failed again stands here twice.
CREATE TABLE fallbacks_due (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  unit_id       integer NOT NULL REFERENCES units,
  number        bigint NOT NULL              -- deliveries.number
);
CREATE INDEX fallbacks_due_broadcast ON fallbacks_due (broadcast_id, id);
SELECT loa_protect('fallbacks_due');
GRANT SELECT, DELETE ON fallbacks_due TO loa_worker;
