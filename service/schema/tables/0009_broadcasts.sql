-- A warning with its audience and schedule, and its life (service.broadcasts.lifecycle).

CREATE TABLE broadcasts (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id           uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  unit_id             integer NOT NULL REFERENCES units,
  state               text NOT NULL DEFAULT 'draft' CHECK (state IN  -- service.broadcasts.lifecycle says from which to which
                        ('draft', 'pending_approval', 'returned', 'approved', 'sending', 'paused', 'completed', 'cancelled')),
  drill               boolean NOT NULL DEFAULT false,  -- the whole path, to colleagues who agreed to it (test_contacts)

  -- What is said.
  kind                text NOT NULL CHECK (kind IN ('scam_alert', 'safety_advice', 'verification_instructions')),
  urgency             text NOT NULL CHECK (urgency IN ('emergency', 'urgent', 'advisory')),
  title               text NOT NULL,             -- public: it stands in the record
  texts               jsonb NOT NULL,            -- as authored: {"sms": "...", "email": {"subject", "body"}}
  sms_script          text NOT NULL DEFAULT 'ascii' CHECK (sms_script IN ('ascii', 'unicode')),
  template            text,                      -- the ready text it was drafted with, if its words are still that text's: some
                                                 -- may be used only where the head has made a statement

  -- To whom, how and when.
  audience            jsonb NOT NULL,            -- {"units": [..], "grades": [..], "classes": [..], "staff": bool}, and
                                                 -- "parents": false where they are not meant
  channels            text[] NOT NULL CHECK (cardinality(channels) > 0),  -- on each of them, whoever has an address there
  fallback            text CHECK (fallback = 'email'),  -- whose SMS fails for the number's sake is written to by email
  send_at             timestamptz,               -- null: at once
  expires_at          timestamptz NOT NULL,      -- nothing of it leaves from then on

  -- Who wrote it, and what was agreed to.
  author_id           bigint NOT NULL REFERENCES accounts,  -- who drafted it
  editor_ids          bigint[] NOT NULL DEFAULT '{}',  -- whoever changed it: none of them approves it
  version             integer NOT NULL DEFAULT 1,  -- rises with every edit
  digest              text,                      -- what approval binds to; null until submitted, voided by an edit
  audience_count      bigint,                    -- deliveries counted when submitted
  audience_confirmed  bigint,                    -- recipients an approver said yes to after the audience had grown
  submitted_by        bigint REFERENCES accounts,  -- who asked for approval
  submitted_at        timestamptz,               -- when
  approved_by         bigint REFERENCES accounts,  -- who approved it: none of those who wrote it
  approved_at         timestamptz,               -- when
  record_id           uuid REFERENCES records,   -- signed when it was approved
  return_reason       text,                      -- why a person sent it back, for colleagues
  cancel_reason       text,                      -- why a person cancelled it, for colleagues
  pause_reason        text,                      -- a code: why it stands, or why the system cancelled it

  -- How it goes.
  planned_at          timestamptz,               -- its deliveries are there
  waits_until         timestamptz,               -- nothing of it leaves before: its own time, or the end of quiet hours
  completed_at        timestamptz,               -- when it was completed or cancelled
  restored_from       timestamptz,               -- as of when a backup knew it; whoever resumes such a broadcast is told
  stalled_since       timestamptz,               -- nothing has left of it since then though it should
  first_accepted_at   timestamptz,               -- when a carrier took the first of it
  mostly_accepted_at  timestamptz,               -- when 95% of it was
  measured            boolean NOT NULL DEFAULT false,  -- how long it took is known, or will not be known any more
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now()  -- its last change of state, or edit
);
CREATE INDEX broadcasts_unit ON broadcasts (unit_id, id);
CREATE INDEX broadcasts_open ON broadcasts (id) WHERE state IN ('approved', 'sending');
CREATE INDEX broadcasts_stalled ON broadcasts (id) WHERE stalled_since IS NOT NULL;
CREATE INDEX broadcasts_unmeasured ON broadcasts (id) WHERE NOT measured AND planned_at IS NOT NULL;
SELECT loa_protect('broadcasts', true);
GRANT SELECT, INSERT, UPDATE ON broadcasts TO loa_web;
GRANT SELECT, UPDATE ON broadcasts TO loa_worker;

-- Colleagues who agreed to get a unit's drills.
CREATE TABLE test_contacts (
  unit_id     integer NOT NULL REFERENCES units,
  contact_id  bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,  -- of the staff
  named_by    bigint NOT NULL REFERENCES accounts,  -- by whom
  named_at    timestamptz NOT NULL,          -- when
  PRIMARY KEY (unit_id, contact_id)
);
CREATE INDEX test_contacts_contact ON test_contacts (contact_id);
SELECT loa_protect('test_contacts');
GRANT SELECT, INSERT, DELETE ON test_contacts TO loa_web;
GRANT SELECT ON test_contacts TO loa_worker;

-- How many advisories were meant for an address today, over all units: the keyed hash and a number, no unit. Reached through a
-- door only, which tells nobody a number. Kept for two days.
CREATE TABLE messages_of_day (
  day           date NOT NULL,               -- in Vietnam
  channel       text NOT NULL,
  address_hash  bytea NOT NULL,              -- as contact_points.address_hash
  sent          smallint NOT NULL,           -- how many
  PRIMARY KEY (day, channel, address_hash)
);
ALTER TABLE messages_of_day ENABLE ROW LEVEL SECURITY;
