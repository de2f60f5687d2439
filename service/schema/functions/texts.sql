-- What a unit's SMS may say, and in which letters: as it or a unit above it has said.

-- Those of the acting unit and of the units above it. They are no secret: carriers have them, parents get them.
CREATE OR REPLACE FUNCTION door_registered_texts()
  RETURNS TABLE (id bigint, unit text, provider text, name text, template text, status text, dated date, reference text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.id, u.code, t.provider, t.name, t.template, t.status, t.dated, t.reference
    FROM unit_closure c JOIN registered_texts t ON t.unit_id = c.ancestor_id JOIN units u ON u.id = t.unit_id
   WHERE c.descendant_id = loa_unit() AND t.withdrawn_at IS NULL
$$;

-- Whether an SMS of the acting unit that is no registered text is forbidden, by itself or by one above it.
CREATE OR REPLACE FUNCTION door_unregistered_forbidden() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM unit_closure c JOIN unregistered_texts r ON r.unit_id = c.ancestor_id
                  WHERE c.descendant_id = loa_unit() AND r.rule = 'forbid')
$$;

-- The script of the acting unit's SMS where a draft does not say: by the nearest that has said so.
CREATE OR REPLACE FUNCTION door_sms_script() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.script FROM unit_closure c JOIN sms_scripts s ON s.unit_id = c.ancestor_id
   WHERE c.descendant_id = loa_unit() ORDER BY c.depth LIMIT 1
$$;

REVOKE ALL ON FUNCTION door_registered_texts, door_unregistered_forbidden, door_sms_script
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_registered_texts, door_unregistered_forbidden, door_sms_script TO loa_web;
