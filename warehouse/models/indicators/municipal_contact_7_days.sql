-- A row is a period, a person known to a municipality and the residence: discharges to the home, and those visited.
-- From: core.admissions, core.visits, core.enrolments, core.discharge_messages
-- By: municipal_contact_7_days.yaml. Enrolments of a day are what the extracts of its month and the two after it tell,
-- as for visits: an older extract doesn't know who has left since.
-- window: monthly, on period_start
-- reach: 5 before, 2 after
WITH stays AS (
  SELECT w.period_start, w.period_end, a.system, a.record_id, a.person, a.admitted_at, a.discharged_at,
    coalesce(a.residence_municipality_code, '9999') AS municipality_code, coalesce(a.sex_of_id, 'unknown') AS sex,
    CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18'
      WHEN a.person_age <= 64 THEN '19-64' WHEN a.person_age <= 79 THEN '65-79'
      WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group
  FROM lake.core.admissions AS a
  JOIN hemvard_windows AS w ON a.month BETWEEN w.period_start AND w.period_end
  WHERE a.discharged_to = 'home' AND a.discharged_at::DATE - a.admitted_at::DATE <= 60 AND NOT EXISTS (
    SELECT 1 FROM lake.core.admissions AS n
    WHERE n.person = a.person AND n.admitted_at >= a.discharged_at AND n.admitted_at::DATE = a.discharged_at::DATE
      AND n.month <= w.period_end + INTERVAL 2 MONTH
  )
),
municipal AS (
  SELECT person_key, started_at FROM lake.core.visits WHERE principal = 'municipality' AND place = 'home'
),
known AS (
  SELECT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN municipal AS v ON v.person_key = s.person AND v.started_at < s.admitted_at
    AND v.started_at >= s.admitted_at::DATE - 90
  UNION
  SELECT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN lake.core.enrolments AS e ON e.person = s.person
    AND e.month BETWEEN date_trunc('month', s.discharged_at) AND date_trunc('month', s.discharged_at) + INTERVAL 2 MONTH
    AND s.discharged_at::DATE BETWEEN e.valid_from AND coalesce(e.valid_to, DATE '9999-12-31')
  UNION
  SELECT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN lake.core.discharge_messages AS m ON m.person = s.person
    AND m.sent_at BETWEEN s.admitted_at AND s.discharged_at
  WHERE m.message IN ('planning_call', 'planning_meeting')
),
visited AS (
  SELECT DISTINCT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN municipal AS v ON v.person_key = s.person AND v.started_at > s.discharged_at
    AND v.started_at::DATE <= s.discharged_at::DATE + 7
)
SELECT s.period_start, s.period_end, s.municipality_code, s.sex, s.age_group, s.person AS person_key,
  count(t.record_id) AS numerator, count(*) AS denominator, 0::BIGINT AS unknown
FROM stays AS s
JOIN known AS k USING (period_start, period_end, system, record_id)
LEFT JOIN visited AS t USING (period_start, period_end, system, record_id)
GROUP BY ALL
