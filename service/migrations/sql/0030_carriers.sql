-- Several providers a channel. `provider`: whose name the intent of the latest attempt was committed in; null: an older worker's, or
-- never called. `returned`: how often a receipt sent it back to wait.
ALTER TABLE deliveries ADD COLUMN provider text, ADD COLUMN returned smallint NOT NULL DEFAULT 0;
