-- A row is a series, a source, a subject of it and a month: a part, and the whole that it is a part of.
-- From: core.visits, core.visit_versions, ledger.landings, ledger.loads, staging.constructed_visits; hemvard_register
-- By: expectations/series.yaml. A source's months are those of its current deliveries, so that a delivery that has
-- not come is no fall to zero. Of a control source the latest version of each record stands beside what counts of the
-- same principal; visits constructed from care actions beside the municipalities' of licensed professions. `few`: 1 … min−1 persons are behind the part. `era` counts the takeovers up to the month: who
-- delivers what differs before and after, so months are compared within an era.
WITH delivered AS (
  SELECT DISTINCT source_id, month FROM hemvard_register WHERE status = 'current'
),
counted AS (
  SELECT source_id, month, count(*) AS visits,
    count(*) FILTER (planned = 'unplanned') AS unplanned, count(*) FILTER (planned = 'unknown') AS planned_unknown,
    count(*) FILTER (place = 'unknown') AS place_unknown, count(*) FILTER (minutes IS NULL) AS minutes_unknown,
    count(DISTINCT person_key) FILTER (planned = 'unplanned') AS unplanned_persons,
    count(DISTINCT person_key) FILTER (planned = 'unknown') AS planned_unknown_persons,
    count(DISTINCT person_key) FILTER (place = 'unknown') AS place_unknown_persons,
    count(DISTINCT person_key) FILTER (minutes IS NULL) AS minutes_unknown_persons
  FROM lake.core.visits GROUP BY source_id, month
),
attributes AS (
  SELECT c.source_id, a.attribute, c.month, c.visits,
    CASE a.attribute WHEN 'planned' THEN c.planned_unknown WHEN 'place' THEN c.place_unknown
      ELSE c.minutes_unknown END AS unknown,
    CASE a.attribute WHEN 'planned' THEN c.planned_unknown_persons WHEN 'place' THEN c.place_unknown_persons
      ELSE c.minutes_unknown_persons END AS persons
  FROM counted AS c CROSS JOIN (VALUES ('planned'), ('place'), ('minutes')) AS a(attribute)
),
unit_months AS (
  SELECT source_id, care_unit_id, month, count(*) AS visits
  FROM lake.core.visits WHERE care_unit_id <> 'unknown' GROUP BY source_id, care_unit_id, month
),
units AS (
  SELECT source_id, care_unit_id, min(month) AS first_month FROM unit_months GROUP BY source_id, care_unit_id
),
loads AS (
  SELECT delivery_id, rows_read, rows_quarantined FROM lake.ledger.loads
  QUALIFY row_number() OVER (PARTITION BY delivery_id ORDER BY load_seq DESC) = 1
),
landed AS (
  SELECT delivery_id, max(version) AS version, max(landing_seq) AS landing_seq
  FROM lake.ledger.landings GROUP BY delivery_id
),
control_visits AS (
  SELECT v.source_id, v.principal, v.serving_municipality_code AS municipality_code, v.month, v.cancelled
  FROM lake.core.visit_versions AS v JOIN landed AS l ON l.delivery_id = v.delivery_id
  WHERE list_contains($control_sources::VARCHAR[], v.source_id)
  QUALIFY row_number() OVER (
    PARTITION BY v.system, v.record_id
    ORDER BY l.version DESC, v.delivery_month DESC, l.landing_seq DESC, v.cancelled DESC, v.started_at DESC,
      v.principal, v.serving_municipality_code, v.row_number
  ) = 1
),
control AS (
  SELECT source_id, principal, municipality_code, month, count(*) AS visits
  FROM control_visits WHERE NOT cancelled GROUP BY source_id, principal, municipality_code, month
),
counting AS (
  SELECT principal, serving_municipality_code AS municipality_code, month, count(*) AS visits
  FROM lake.core.visits GROUP BY principal, serving_municipality_code, month
),
constructed AS (
  SELECT source_id, municipality_code, month, count(*) AS visits
  FROM staging.constructed_visits GROUP BY source_id, municipality_code, month
),
comparable AS (
  SELECT serving_municipality_code AS municipality_code, month,
    count(DISTINCT row(person_key, started_at::DATE, profession)) AS visits
  FROM lake.core.visits
  WHERE principal = 'municipality' AND profession NOT IN ('assistant_nurse', 'other', 'unknown')
  GROUP BY serving_municipality_code, month
),
series AS (
  SELECT 'volume' AS series, d.source_id, '-' AS subject, d.month, coalesce(c.visits, 0) AS part, NULL AS whole,
    false AS few
  FROM delivered AS d LEFT JOIN counted AS c ON c.source_id = d.source_id AND c.month = d.month
  UNION ALL
  SELECT 'unplanned', source_id, '-', month, unplanned, visits - planned_unknown,
    unplanned_persons BETWEEN 1 AND $min_persons - 1
  FROM counted
  UNION ALL
  SELECT 'unknown', source_id, attribute, month, unknown, visits, persons BETWEEN 1 AND $min_persons - 1
  FROM attributes
  UNION ALL
  SELECT 'unit', d.source_id, u.care_unit_id, d.month, coalesce(m.visits, 0), NULL, false
  FROM delivered AS d
  JOIN units AS u ON u.source_id = d.source_id AND u.first_month <= d.month
  LEFT JOIN unit_months AS m
    ON m.source_id = d.source_id AND m.care_unit_id = u.care_unit_id AND m.month = d.month
  UNION ALL
  SELECT 'quarantine', r.source_id, '-', r.month, sum(l.rows_quarantined), sum(l.rows_read), false
  FROM hemvard_register AS r JOIN loads AS l ON l.delivery_id = r.delivery_id
  WHERE r.status = 'current' GROUP BY r.source_id, r.month
  UNION ALL
  SELECT 'control', c.source_id, c.municipality_code, c.month, c.visits, coalesce(n.visits, 0), false
  FROM control AS c
  JOIN delivered AS d ON d.source_id = c.source_id AND d.month = c.month
  LEFT JOIN counting AS n
    ON n.principal = c.principal AND n.municipality_code = c.municipality_code AND n.month = c.month
  UNION ALL
  SELECT 'constructed', c.source_id, c.municipality_code, c.month, c.visits, coalesce(n.visits, 0), false
  FROM constructed AS c
  JOIN delivered AS d ON d.source_id = c.source_id AND d.month = c.month
  LEFT JOIN comparable AS n ON n.municipality_code = c.municipality_code AND n.month = c.month
  UNION ALL
  SELECT DISTINCT 'delivery_' || finding, source_id, '-', month, 1, NULL, false
  FROM hemvard_register
  WHERE finding IN ('overdue', 'late') OR (finding IN ('mislabelled', 'changed', 'duplicate') AND status <> 'superseded')
)
SELECT series, source_id, subject, month, part::BIGINT AS part, whole::BIGINT AS whole, few,
  len(list_filter($takeovers::DATE[], one_day -> one_day <= month)) AS era
FROM series
