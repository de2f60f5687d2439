-- The tree of units, where it is changed, and what a unit may know of those it cannot see.

-- A unit's code is public: every record and message names it. A school may so learn its parent's.
CREATE OR REPLACE FUNCTION door_unit_code(unit integer) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT code FROM units WHERE id = unit
$$;

-- Those of the named units that stand in the acting unit's tree, each with everything that stands below it on that day.
CREATE OR REPLACE FUNCTION door_units_below(codes text[], on_day date) RETURNS TABLE (asked text, unit_id integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.code, below.descendant_id
    FROM units u
    JOIN unit_closure mine ON mine.descendant_id = u.id AND mine.ancestor_id = loa_unit()
    JOIN unit_closure below ON below.ancestor_id = u.id
   WHERE u.code = ANY (codes)
     AND EXISTS (SELECT FROM unit_versions v WHERE v.unit_id = below.descendant_id AND v.valid_from <= on_day
                    AND (v.valid_to IS NULL OR v.valid_to > on_day))
$$;

-- Makes a unit below the acting one. Null: the code is taken (perhaps where the caller cannot see). Who crosses leaves a mark.
CREATE OR REPLACE FUNCTION door_create_unit(new_code text, new_level text, new_name text, below integer, starts date, ends date,
                                 by_account bigint, by_key bigint, at timestamptz) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE made integer;
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = below) THEN
    RAISE EXCEPTION 'the parent does not stand below the acting unit';
  END IF;
  INSERT INTO units (code, level, created_at) VALUES (new_code, new_level, at)
    ON CONFLICT (code) DO NOTHING RETURNING id INTO made;
  IF made IS NULL THEN RETURN NULL; END IF;
  INSERT INTO unit_versions VALUES (made, new_name, below, starts, ends);
  INSERT INTO unit_closure SELECT ancestor_id, made, depth + 1 FROM unit_closure WHERE descendant_id = below
    UNION ALL SELECT made, made, 0;
  INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
    VALUES (loa_unit(), at, by_account, by_key, 'unit.created', 'unit', new_code, jsonb_build_object('level', new_level));
  RETURN made;
END $$;

-- From a day on, another name, parent or end for a unit below the acting one, or for the topmost itself. The past keeps its
-- names.
CREATE OR REPLACE FUNCTION door_revise_unit(revised integer, new_name text, below integer, starts date, ends date,
                                 by_account bigint, by_key bigint, at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE was integer;
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = revised) THEN
    RAISE EXCEPTION 'the unit does not stand below the acting unit';
  END IF;
  SELECT ancestor_id INTO was FROM unit_closure WHERE descendant_id = revised AND depth = 1;
  IF revised = loa_unit() AND was IS NOT NULL THEN
    RAISE EXCEPTION 'what a unit is called and how long it stands is said by the unit above it';
  END IF;
  IF below IS DISTINCT FROM was THEN
    IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = below)
       OR EXISTS (SELECT FROM unit_closure WHERE ancestor_id = revised AND descendant_id = below) OR revised = loa_unit() THEN
      RAISE EXCEPTION 'the parent does not stand below the acting unit, or stands below the unit itself';
    END IF;
    -- Everything at or below the unit leaves its old ancestors and gets the new parent's.
    DELETE FROM unit_closure c
      WHERE c.descendant_id IN (SELECT descendant_id FROM unit_closure WHERE ancestor_id = revised)
        AND c.ancestor_id NOT IN (SELECT descendant_id FROM unit_closure WHERE ancestor_id = revised);
    INSERT INTO unit_closure
      SELECT above.ancestor_id, under.descendant_id, above.depth + under.depth + 1
        FROM unit_closure above, unit_closure under
       WHERE above.descendant_id = below AND under.ancestor_id = revised;
  END IF;
  DELETE FROM unit_versions WHERE unit_id = revised AND valid_from >= starts;
  UPDATE unit_versions SET valid_to = starts WHERE unit_id = revised AND (valid_to IS NULL OR valid_to > starts);
  INSERT INTO unit_versions VALUES (revised, new_name, below, starts, ends);
  INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
    SELECT loa_unit(), at, by_account, by_key, 'unit.revised', 'unit', code,
           jsonb_build_object('valid_from', starts, 'valid_to', ends,
           'parent', (SELECT p.code FROM units p WHERE p.id = below)) FROM units WHERE id = revised;
END $$;

-- Many at once. What these doors add over the single ones is that they are one statement, whatever the number of units.

-- Those of the codes that some unit has, wherever it stands: a code is public.
CREATE OR REPLACE FUNCTION door_codes_taken(codes text[]) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT code FROM units WHERE code = ANY (codes)
$$;

-- Makes units below the acting one; a parent may be among them. How many were made: fewer than asked means that a code was taken
-- meanwhile, and that the caller must roll back.
CREATE OR REPLACE FUNCTION door_create_units(codes text[], levels text[], names text[], parents text[], starts date[],
                                  by_account bigint, by_key bigint, at timestamptz) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  made bigint;
  ranks text[] := ARRAY['department', 'commune_office', 'school'];
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  INSERT INTO units (code, level, created_at)
    SELECT a.code, a.level, at FROM unnest(codes, levels) AS a (code, level) ON CONFLICT (code) DO NOTHING;
  GET DIAGNOSTICS made = ROW_COUNT;
  IF made < cardinality(codes) THEN RETURN made; END IF;
  INSERT INTO unit_versions
    SELECT u.id, a.name, p.id, a.start, NULL
      FROM unnest(codes, names, parents, starts) AS a (code, name, parent, start)
      JOIN units u ON u.code = a.code JOIN units p ON p.code = a.parent
     WHERE array_position(ranks, p.level) < array_position(ranks, u.level);  -- so no ring can be made
  -- From each new unit up through the new ones, until one that stood before.
  INSERT INTO unit_closure
    WITH RECURSIVE fresh AS (
      SELECT v.unit_id, v.parent_id FROM unit_versions v JOIN units u ON u.id = v.unit_id WHERE u.code = ANY (codes)
    ), up AS (
      SELECT unit_id AS descendant, unit_id AS top, 0 AS depth FROM fresh
      UNION ALL
      SELECT up.descendant, fresh.parent_id, up.depth + 1 FROM up JOIN fresh ON fresh.unit_id = up.top
    )
    SELECT up.top, up.descendant, up.depth FROM up JOIN fresh ON fresh.unit_id = up.top
    UNION ALL
    SELECT c.ancestor_id, up.descendant, up.depth + c.depth
      FROM up JOIN unit_closure c ON c.descendant_id = up.top WHERE up.top NOT IN (SELECT unit_id FROM fresh);
  IF (SELECT count(*) FROM unit_closure c JOIN units u ON u.id = c.descendant_id
       WHERE c.ancestor_id = loa_unit() AND c.depth > 0 AND u.code = ANY (codes)) < made THEN
    RAISE EXCEPTION 'a parent does not stand below the acting unit, or not at a higher level';
  END IF;
  INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
    SELECT loa_unit(), at, by_account, by_key, 'unit.created', 'unit', a.code, jsonb_build_object('level', a.level)
      FROM unnest(codes, levels) AS a (code, level);
  RETURN made;
END $$;

REVOKE ALL ON FUNCTION door_unit_code, door_units_below, door_create_unit, door_revise_unit, door_codes_taken,
  door_create_units FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_create_unit, door_revise_unit, door_codes_taken, door_create_units TO loa_web;
GRANT EXECUTE ON FUNCTION door_unit_code, door_units_below TO loa_web, loa_worker;
