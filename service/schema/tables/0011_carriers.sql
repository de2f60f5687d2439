-- What carriers say, and how they are.

-- What providers said, as it came, stored before the 200 is given; applied in batches afterwards.
CREATE TABLE receipts_inbox (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,  -- the unit that sent it
  broadcast_id  bigint NOT NULL,
  number        bigint NOT NULL,             -- deliveries.number
  attempt       smallint NOT NULL,           -- of which attempt it speaks
  provider_id   text NOT NULL,               -- what the provider calls the message
  status        text NOT NULL,               -- in the provider's word
  error_code    text,                        -- in the provider's, too
  received_at   timestamptz NOT NULL         -- when it came
);
CREATE INDEX receipts_inbox_unit ON receipts_inbox (unit_id, id);
SELECT loa_protect('receipts_inbox');
GRANT INSERT ON receipts_inbox TO loa_web;
-- insert: what a provider says when asked goes the way of what it says by itself; update: to lock what it takes
GRANT SELECT, INSERT, UPDATE, DELETE ON receipts_inbox TO loa_worker;

-- Receipts that told of a code which stops a broadcast above a share of what has left.
CREATE TABLE failures_met (
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  unit_id       integer NOT NULL REFERENCES units,
  code          text NOT NULL,               -- the carrier's
  met           bigint NOT NULL,             -- receipts that had it
  since         bigint NOT NULL DEFAULT 0,   -- what had left when it last stopped the broadcast
  PRIMARY KEY (broadcast_id, code)
);
SELECT loa_protect('failures_met');
GRANT SELECT, INSERT, UPDATE ON failures_met TO loa_worker;

-- Of a channel all of whose carriers refuse a worker or fail it: when it tries again. Each worker writes its own rows, as its
-- circuits open and close, and they count for as long as it lives (docs/decisions/0016). Through doors only.
CREATE TABLE carrier_troubles (
  worker_id  uuid NOT NULL,                  -- worker_heartbeats.worker_id
  channel    text NOT NULL CHECK (channel IN ('sms', 'email')),
  until      timestamptz NOT NULL,           -- when it tries again
  PRIMARY KEY (worker_id, channel)
);
ALTER TABLE carrier_troubles ENABLE ROW LEVEL SECURITY;

-- Since when a carrier's name in the settings stands for the account that it stands for now. What was called before then is not
-- absent because this account's list lacks it: another account may have it. Through a door only.
CREATE TABLE carrier_accounts (
  provider  text PRIMARY KEY,                -- its name in the settings
  account   text NOT NULL,                   -- a fingerprint
  since     timestamptz NOT NULL             -- 'epoch': always
);
ALTER TABLE carrier_accounts ENABLE ROW LEVEL SECURITY;
