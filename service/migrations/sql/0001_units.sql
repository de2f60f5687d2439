-- Units: the tree of organisations. Names and parents are dated (offices are renamed, schools merge), the code is not.

-- The unit a transaction acts for. Set with set_config('loa.unit', ..., true); unset means no rows anywhere.
CREATE FUNCTION loa_unit() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('loa.unit', true), '')::integer;

-- True only where a transaction asked, in so many words, to read below its unit (audiences, supervision).
CREATE FUNCTION loa_subtree() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('loa.scope', true), '') = 'subtree';

CREATE TABLE units (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code        text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
  level       text NOT NULL CHECK (level IN ('department', 'commune_office', 'school')),
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE unit_versions (
  unit_id     integer NOT NULL REFERENCES units,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  parent_id   integer REFERENCES units,
  valid_from  date NOT NULL,
  valid_to    date CHECK (valid_to > valid_from),   -- first day it no longer holds
  PRIMARY KEY (unit_id, valid_from)
);

-- Today's tree with every unit as its own descendant: four rows a school, so that a subtree is one index lookup.
CREATE TABLE unit_closure (
  ancestor_id    integer NOT NULL REFERENCES units,
  descendant_id  integer NOT NULL REFERENCES units,
  depth          integer NOT NULL,
  PRIMARY KEY (ancestor_id, descendant_id)
);
CREATE INDEX unit_closure_descendant ON unit_closure (descendant_id, depth);
