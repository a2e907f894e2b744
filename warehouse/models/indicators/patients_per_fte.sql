-- A row is a whole year and a serving municipality: posts in November (no person), or a person cared for then.
-- From: core.staffing, core.visits
-- By: patients_per_fte.yaml
-- window: period, on period_start
WITH novembers AS (
  SELECT period_start, period_end, make_date(year(period_end), 11, 1) AS month FROM hemvard_windows
  WHERE month(period_start) = 1 AND month(period_end) = 12
),
posts AS (
  SELECT w.period_start, w.period_end, w.month, coalesce(s.municipality_code, '9999') AS municipality_code,
    sum(s.fte)::DECIMAL(18,4) AS fte
  FROM lake.core.staffing AS s
  JOIN novembers AS w ON s.month = w.month
  GROUP BY ALL
)
SELECT period_start, period_end, municipality_code, 'unknown' AS sex, 'unknown' AS age_group, NULL::UUID AS person_key,
  0::BIGINT AS numerator, fte AS denominator, 0::BIGINT AS unknown
FROM posts
UNION ALL
SELECT DISTINCT p.period_start, p.period_end, p.municipality_code, coalesce(v.sex, 'unknown') AS sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE coalesce(v.age_group, 'unknown') END AS age_group,
  v.person_key, 1::BIGINT AS numerator, 0::DECIMAL(18,4) AS denominator, 0::BIGINT AS unknown
FROM lake.core.visits AS v
JOIN posts AS p ON v.month = p.month AND coalesce(v.serving_municipality_code, '9999') = p.municipality_code
WHERE v.care_form = 'home_health_care' AND v.place = 'home' AND v.living = 'ordinary'
