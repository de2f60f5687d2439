-- What keeps the house: commands for workers, who is alive, what was cleared away.

-- Written in the transaction that decides, relayed to the queue behind it (door_take_outbox).
CREATE TABLE outbox (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id     integer NOT NULL REFERENCES units,
  lane        text NOT NULL CHECK (lane IN ('urgent', 'bulk')),  -- whose workers do it
  command     text NOT NULL,                 -- the job's name
  payload     jsonb NOT NULL,                -- ids only
  created_at  timestamptz NOT NULL DEFAULT now(),
  relayed_at  timestamptz                    -- when it was put into the queue; a day later it goes
);
CREATE INDEX outbox_unrelayed ON outbox (id) WHERE relayed_at IS NULL;
SELECT loa_protect('outbox');
GRANT SELECT, INSERT ON outbox TO loa_web;
GRANT INSERT ON outbox TO loa_worker;

-- Through doors only: they belong to no unit.
CREATE TABLE worker_heartbeats (
  worker_id   uuid PRIMARY KEY,              -- a worker process, named anew at each start
  lane        text NOT NULL,                 -- 'urgent' or 'bulk'
  started_at  timestamptz NOT NULL,          -- by its own clock
  seen_at     timestamptz NOT NULL           -- its last beat, of one every 2 s; after 8 s without it is taken for dead
);
ALTER TABLE worker_heartbeats ENABLE ROW LEVEL SECURITY;

-- Retention: what was deleted, when, by which rule. The rules are data in service/retention/rules.py. Counts grow with every
-- batch, in the transaction that deletes: they are true whenever a run is killed, and the next goes on with them.
CREATE TABLE retention_runs (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id   integer NOT NULL REFERENCES units,
  rule      text NOT NULL,                   -- its name
  began_at  timestamptz NOT NULL,            -- with its first batch
  ended_at  timestamptz,                     -- nothing more was left to delete
  counts    jsonb NOT NULL                   -- {"contacts": 12, "addresses": 15}
);
CREATE INDEX retention_runs_unit ON retention_runs (unit_id, id);
CREATE UNIQUE INDEX retention_runs_open ON retention_runs (unit_id, rule) WHERE ended_at IS NULL;

CREATE TABLE retention_checks (
  unit_id     integer PRIMARY KEY REFERENCES units,
  checked_at  timestamptz NOT NULL           -- when every rule was last gone through, whether there was anything to delete or not
);
SELECT loa_protect(t, true) FROM unnest(ARRAY['retention_runs', 'retention_checks']) AS t;
GRANT SELECT ON retention_runs, retention_checks TO loa_web;
GRANT SELECT, INSERT, UPDATE ON retention_runs, retention_checks TO loa_worker;
