-- A row is a visit that counts: the latest version of its record, if that is not cancelled.
-- From: core.visit_versions, core.person_map, ledger.landings
-- By: CONTRACT, counting rules. Later is: the higher version, then the later file month, then the later
-- landing; within one file a cancellation, then by content, so that the order of a file's rows decides nothing.
-- person_key is the person for whom the row's pseudonym now stands: an id that changed counts once.
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
)
SELECT v.system, v.record_id, v.source_id, v.delivery_id, v.row_number, v.known_from, v.month, v.started_at,
  coalesce(m.person_key, v.person_key) AS person_key, v.person_id_class, v.principal, v.living, v.care_form, v.place, v.planned, v.acute,
  v.provider_level, v.profession, v.professions, v.part_of_day, v.day_type, v.age, v.age_group, v.sex,
  v.palliative, v.dementia, v.rehabilitation, v.assistive_devices, v.delegated, v.minutes, v.distance, v.enrolled,
  v.residence_municipality_code, v.serving_municipality_code, v.care_unit_id, v.health_centre_id
FROM lake.core.visit_versions AS v
JOIN ranked AS r ON r.delivery_id = v.delivery_id AND r.row_number = v.row_number
LEFT JOIN mapped AS m ON m.pseudonym = v.person_key
WHERE r.place = 1 AND NOT r.cancelled AND list_contains($months, v.month)
