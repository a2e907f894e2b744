-- A row is a period, a person with home health care and the residence: stays, and those told of within 24 hours.
-- From: core.admissions, core.visits, core.enrolments, core.discharge_messages
-- By: admission_notice_24h.yaml; the act (2017:612), 2:1 and 2:3. Enrolments of a day are what the extracts of its
-- month and the two after it tell, as for visits: an older extract doesn't know who has left since.
-- window: monthly, on period_start
-- reach: 5 before, 1 after
WITH stays AS (
  SELECT w.period_start, w.period_end, a.system, a.record_id, a.person, a.admitted_at, a.discharged_at,
    coalesce(a.residence_municipality_code, '9999') AS municipality_code, coalesce(a.sex_of_id, 'unknown') AS sex,
    CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18'
      WHEN a.person_age <= 64 THEN '19-64' WHEN a.person_age <= 79 THEN '65-79'
      WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group
  FROM lake.core.admissions AS a
  JOIN hemvard_windows AS w ON a.month BETWEEN w.period_start AND w.period_end
  WHERE a.discharged_at - a.admitted_at >= INTERVAL 24 HOUR AND a.discharged_at::DATE - a.admitted_at::DATE <= 60
),
with_care AS (
  SELECT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN lake.core.visits AS v ON v.person_key = s.person AND v.started_at < s.admitted_at
    AND v.started_at >= s.admitted_at::DATE - 90
  WHERE v.care_form = 'home_health_care' AND v.place IN ('home', 'special_housing')
  UNION
  SELECT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN lake.core.enrolments AS e ON e.person = s.person
    AND e.month BETWEEN date_trunc('month', s.admitted_at) AND date_trunc('month', s.admitted_at) + INTERVAL 2 MONTH
    AND s.admitted_at::DATE BETWEEN e.valid_from AND coalesce(e.valid_to, DATE '9999-12-31')
),
in_time AS (
  SELECT DISTINCT s.period_start, s.period_end, s.system, s.record_id
  FROM stays AS s
  JOIN lake.core.discharge_messages AS m ON m.person = s.person
    AND m.sent_at <= s.admitted_at + INTERVAL 24 HOUR AND m.sent_at >= s.admitted_at - INTERVAL 30 DAY
  WHERE m.message = 'admission_notice' AND (m.admission_record_id = s.record_id
    OR (m.admission_record_id IS NULL AND m.sent_at BETWEEN s.admitted_at AND s.discharged_at))
)
SELECT s.period_start, s.period_end, s.municipality_code, s.sex, s.age_group, s.person AS person_key,
  count(t.record_id) AS numerator, count(*) AS denominator, 0::BIGINT AS unknown
FROM stays AS s
JOIN with_care AS c USING (period_start, period_end, system, record_id)
LEFT JOIN in_time AS t USING (period_start, period_end, system, record_id)
GROUP BY ALL
