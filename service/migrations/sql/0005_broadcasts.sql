-- A warning with its audience and schedule, and its life.

CREATE TABLE broadcasts (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id       uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  unit_id         integer NOT NULL REFERENCES units,
  state           text NOT NULL DEFAULT 'draft' CHECK (state IN
                    ('draft', 'pending_approval', 'returned', 'approved', 'sending', 'paused', 'completed', 'cancelled')),
  kind            text NOT NULL CHECK (kind IN ('scam_alert', 'safety_advice', 'verification_instructions')),
  urgency         text NOT NULL CHECK (urgency IN ('emergency', 'urgent', 'advisory')),
  title           text NOT NULL,
  texts           jsonb NOT NULL,            -- as authored: {"sms": "...", "email": {"subject", "body"}}
  sms_script      text NOT NULL DEFAULT 'ascii' CHECK (sms_script IN ('ascii', 'unicode')),
  audience        jsonb NOT NULL,            -- {"units": [..], "grades": [..], "classes": [..], "staff": bool}
  channels        text[] NOT NULL CHECK (cardinality(channels) > 0),
  send_at         timestamptz,
  expires_at      timestamptz NOT NULL,
  author_id       bigint NOT NULL REFERENCES accounts,
  editor_ids      bigint[] NOT NULL DEFAULT '{}',
  version         integer NOT NULL DEFAULT 1,  -- rises with every edit
  digest          text,                      -- what approval binds to; null until submitted, voided by an edit
  audience_count  bigint,                    -- deliveries counted when submitted
  submitted_by    bigint REFERENCES accounts,
  submitted_at    timestamptz,
  approved_by     bigint REFERENCES accounts,
  approved_at     timestamptz,
  return_reason   text,
  pause_reason    text,                      -- a code, when the system paused it
  record_id       uuid REFERENCES records,
  planned_at      timestamptz,
  completed_at    timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX broadcasts_unit ON broadcasts (unit_id, id);
CREATE INDEX broadcasts_open ON broadcasts (id) WHERE state IN ('approved', 'sending');
