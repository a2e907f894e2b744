-- A row is a visit that counts: the latest version of its record, if that is not cancelled.
-- From: core.visit_versions, core.person_map, core.listings_versions, core.enrolments_versions, ledger.landings
-- By: CONTRACT, counting rules. Later is: the higher version, then the later file month, then the later
-- landing; within one file a cancellation, then by content, so that the order of a file's rows decides nothing.
-- person_key is the person for whom the row's pseudonym now stands: an id that changed counts once.
-- The health centre, and the enrolment where the visit's own system doesn't tell, are those of the day as the first
-- snapshot tells that was taken in the visit's month or the two after it.
WITH affected AS (
  SELECT DISTINCT system, record_id FROM lake.core.visit_versions WHERE list_contains($months, month)
),
landed AS (
  SELECT delivery_id, max(version) AS version, max(landing_seq) AS landing_seq
  FROM lake.ledger.landings GROUP BY delivery_id
),
mapped AS (
  SELECT pseudonym, arg_max(person_key, map_seq) AS person_key FROM lake.core.person_map GROUP BY pseudonym
),
ranked AS (
  SELECT v.delivery_id, v.row_number, v.cancelled,
    row_number() OVER (
      PARTITION BY v.system, v.record_id
      ORDER BY l.version DESC, v.delivery_month DESC, l.landing_seq DESC, v.cancelled DESC, v.started_at DESC,
        v.care_form, v.place, v.living, v.planned, v.acute, v.provider_level, v.professions, v.part_of_day,
        v.age, v.sex, v.palliative, v.dementia, v.rehabilitation, v.assistive_devices, v.delegated, v.minutes,
        v.distance, v.enrolled, v.residence_municipality_code, v.serving_municipality_code, v.care_unit_id,
        v.row_number
    ) AS place
  FROM lake.core.visit_versions AS v
  SEMI JOIN affected AS a ON a.system = v.system AND a.record_id = v.record_id
  JOIN landed AS l ON l.delivery_id = v.delivery_id
  WHERE v.counting
),
counted AS (
  SELECT v.system, v.record_id, v.source_id, v.delivery_id, v.row_number, v.known_from, v.month, v.started_at,
    coalesce(m.person_key, v.person_key) AS person_key, v.person_id_class, v.principal, v.living, v.care_form,
    v.place, v.planned, v.acute, v.provider_level, v.profession, v.professions, v.part_of_day, v.day_type, v.age,
    v.age_group, v.sex, v.palliative, v.dementia, v.rehabilitation, v.assistive_devices, v.delegated, v.minutes,
    v.distance, v.enrolled, v.residence_municipality_code, v.serving_municipality_code, v.care_unit_id
  FROM lake.core.visit_versions AS v
  JOIN ranked AS r ON r.delivery_id = v.delivery_id AND r.row_number = v.row_number
  LEFT JOIN mapped AS m ON m.pseudonym = v.person_key
  WHERE r.place = 1 AND NOT r.cancelled AND list_contains($months, v.month)
),
listed AS (
  SELECT c.system, c.record_id, l.health_centre
  FROM counted AS c
  JOIN (
    SELECT coalesce(m.person_key, s.person) AS person_key, s.month, s.health_centre, s.valid_from, s.valid_to
    FROM lake.core.listings_versions AS s LEFT JOIN mapped AS m ON m.pseudonym = s.person
    WHERE s.counting AND NOT s.cancelled
  ) AS l ON l.person_key = c.person_key AND l.month BETWEEN c.month AND c.month + INTERVAL 2 MONTH
    AND c.started_at::DATE BETWEEN l.valid_from AND coalesce(l.valid_to, DATE '9999-12-31')
  QUALIFY row_number() OVER (
    PARTITION BY c.system, c.record_id ORDER BY l.month, l.valid_from DESC, l.health_centre
  ) = 1
),
enrolled AS (
  SELECT DISTINCT c.system, c.record_id
  FROM counted AS c
  JOIN (
    SELECT coalesce(m.person_key, s.person) AS person_key, s.month, s.valid_from, s.valid_to
    FROM lake.core.enrolments_versions AS s LEFT JOIN mapped AS m ON m.pseudonym = s.person
    WHERE s.counting AND NOT s.cancelled
  ) AS e ON e.person_key = c.person_key AND e.month BETWEEN c.month AND c.month + INTERVAL 2 MONTH
    AND c.started_at::DATE BETWEEN e.valid_from AND coalesce(e.valid_to, DATE '9999-12-31')
  WHERE c.enrolled = 'unknown'
)
SELECT c.system, c.record_id, c.source_id, c.delivery_id, c.row_number, c.known_from, c.month, c.started_at,
  c.person_key, c.person_id_class, c.principal, c.living, c.care_form, c.place, c.planned, c.acute, c.provider_level,
  c.profession, c.professions, c.part_of_day, c.day_type, c.age, c.age_group, c.sex, c.palliative, c.dementia,
  c.rehabilitation, c.assistive_devices, c.delegated, c.minutes, c.distance,
  CASE WHEN e.record_id IS NULL THEN c.enrolled ELSE 'yes' END AS enrolled, c.residence_municipality_code,
  c.serving_municipality_code, c.care_unit_id, coalesce(l.health_centre, 'unknown') AS health_centre_id
FROM counted AS c
LEFT JOIN listed AS l ON l.system = c.system AND l.record_id = c.record_id
LEFT JOIN enrolled AS e ON e.system = c.system AND e.record_id = c.record_id
