-- Texts registered with the carriers. They hold for the unit that has them registered and for all below it, who send under its name.

CREATE TABLE registered_texts (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  provider      text NOT NULL,
  name          text NOT NULL,
  template      text NOT NULL CHECK (length(template) <= 1600),
  status        text NOT NULL CHECK (status IN ('draft', 'submitted', 'approved', 'rejected', 'expired')),
  dated         date NOT NULL,               -- of the status
  reference     text NOT NULL CHECK (length(reference) <= 100),
  put_by        bigint REFERENCES accounts,  -- null: the deployment's owner
  put_at        timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  UNIQUE (unit_id, provider, name)
);

-- What an SMS that is no registered text means. No row: a warning.
CREATE TABLE unregistered_texts (
  unit_id  integer PRIMARY KEY REFERENCES units,
  rule     text NOT NULL CHECK (rule IN ('warn', 'forbid')),
  set_by   bigint NOT NULL REFERENCES accounts,
  set_at   timestamptz NOT NULL
);

SELECT loa_protect(t, true) FROM unnest(ARRAY['registered_texts', 'unregistered_texts']) AS t;
GRANT SELECT, INSERT, UPDATE ON registered_texts, unregistered_texts TO loa_web;

-- Those of the acting unit and of the units above it. They are no secret: carriers have them, parents get them.
CREATE FUNCTION door_registered_texts()
  RETURNS TABLE (id bigint, unit text, provider text, name text, template text, status text, dated date, reference text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.id, u.code, t.provider, t.name, t.template, t.status, t.dated, t.reference
    FROM unit_closure c JOIN registered_texts t ON t.unit_id = c.ancestor_id JOIN units u ON u.id = t.unit_id
   WHERE c.descendant_id = loa_unit() AND t.withdrawn_at IS NULL
$$;

CREATE FUNCTION door_unregistered_forbidden() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM unit_closure c JOIN unregistered_texts r ON r.unit_id = c.ancestor_id
                  WHERE c.descendant_id = loa_unit() AND r.rule = 'forbid')
$$;

REVOKE ALL ON FUNCTION door_registered_texts(), door_unregistered_forbidden() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_registered_texts(), door_unregistered_forbidden() TO loa_web;
