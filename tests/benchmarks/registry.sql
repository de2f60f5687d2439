-- A department as big as Dong Nai: 95 offices, 1,300 schools, :contacts people. Addresses that need not open.

INSERT INTO units (code, level)
  SELECT 'xa-' || n, 'commune_office' FROM generate_series(1, 95) AS n
  UNION ALL SELECT 'truong-' || n, 'school' FROM generate_series(1, 1300) AS n;
INSERT INTO unit_versions
  SELECT o.id, o.code, d.id, DATE '2025-07-01' FROM units o, units d WHERE o.code LIKE 'xa-%' AND d.code = 'sgddt-dongnai'
  UNION ALL
  SELECT s.id, s.code, o.id, DATE '2025-07-01' FROM units s JOIN units o ON o.code = 'xa-' || 1 + split_part(s.code, '-', 2)::int % 95
   WHERE s.code LIKE 'truong-%';
INSERT INTO unit_closure
  WITH RECURSIVE above AS (
    SELECT u.id AS ancestor, u.id AS descendant, 0 AS depth FROM units u WHERE u.code LIKE 'xa-%' OR u.code LIKE 'truong-%'
    UNION ALL SELECT v.parent_id, a.descendant, a.depth + 1 FROM above a JOIN unit_versions v ON v.unit_id = a.ancestor
     WHERE v.parent_id IS NOT NULL)
  SELECT * FROM above;
INSERT INTO data_keys (unit_id, wrapped) SELECT id, 'never opened' FROM units WHERE code LIKE 'truong-%';

-- The n-th person stands at school n % 1300, in one of 28 classes. One in twenty has the number of the one before, at the school
-- before; one in eight an email, too.
CREATE TEMPORARY TABLE school AS
  SELECT u.id AS unit, k.id AS key, split_part(u.code, '-', 2)::int % 1300 AS place
    FROM units u JOIN data_keys k ON k.unit_id = u.id WHERE u.code LIKE 'truong-%';
CREATE TEMPORARY TABLE person AS
  SELECT 1000000 + n AS id, n, unit, key, 6 + n / 1300 % 4 AS grade, 1 + n / 5200 % 7 AS class,
         sha256(int4send(CASE WHEN n % 20 = 0 THEN n - 1 ELSE n END)) AS digest
    FROM generate_series(1, :contacts) AS n JOIN school ON place = n % 1300;

INSERT INTO contacts (id, unit_id, role, school_year) OVERRIDING SYSTEM VALUE
  SELECT id, unit, 'parent', '2026-2027' FROM person;
INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id)
  SELECT unit, id, 'sms', substr(digest, 1, 16), digest || substr(digest, 1, 8), key FROM person
  UNION ALL SELECT unit, id, 'email', substr(digest, 8, 16), digest || digest, key FROM person WHERE n / 3 % 8 = 0;
-- One pupil in a hundred has nobody.
INSERT INTO enrolments (unit_id, contact_id, school_year, grade, class_name, row)
  SELECT unit, id, '2026-2027', grade::text, grade || 'A' || class, n / 1300 FROM person
  UNION ALL SELECT unit, NULL, '2026-2027', grade::text, grade || 'A' || class, n / 1300 FROM person WHERE n % 100 = 99;

-- One in a hundred opted out at the school; one in a thousand was taken off by the office or by the department.
INSERT INTO suppressions (unit_id, channel, address_hash, reason)
  SELECT unit, 'sms', substr(digest, 1, 16), 'opt_out' FROM person WHERE n % 100 = 7
  UNION ALL
  SELECT a.ancestor_id, 'sms', substr(digest, 1, 16), 'wrong_person'
    FROM person JOIN unit_closure a ON a.descendant_id = unit AND a.depth = 1 + n / 1000 % 2 WHERE n % 1000 = 13;
