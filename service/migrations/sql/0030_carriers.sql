-- Several providers a channel. `provider`: whose name the intent of the latest attempt was committed in; null: an older worker's, or
-- never called. `returned`: how often a receipt sent it back to wait.
ALTER TABLE deliveries ADD COLUMN provider text, ADD COLUMN returned smallint NOT NULL DEFAULT 0;

-- Receipts that told of a code which stops a broadcast above a share of what has left; `since`: what had left when it last did.
CREATE TABLE failures_met (
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  unit_id       integer NOT NULL REFERENCES units,
  code          text NOT NULL,
  met           bigint NOT NULL,
  since         bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (broadcast_id, code)
);
SELECT loa_protect('failures_met');
GRANT SELECT, INSERT, UPDATE ON failures_met TO loa_worker;
