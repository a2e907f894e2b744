-- A row is a period, municipality, sex, age group and person: months with twelve visits or more, and with any.
-- From: core.visits
-- By: frequent_patients_share.yaml. A patient-month belongs, with all its visits, to where the person lived
-- at the last of them. A year is the mean of its months: a year and a month are comparable.
-- window: monthly, on period_start
WITH patient_months AS (
  SELECT w.period_start, w.period_end, v.month, v.person_key,
    arg_max(v.residence_municipality_code, row(v.started_at, v.system, v.record_id)) AS municipality_code,
    arg_max(v.sex, row(v.started_at, v.system, v.record_id)) AS sex,
    arg_max(v.age_group, row(v.started_at, v.system, v.record_id)) AS age_group,
    count(*) AS visits
  FROM lake.core.visits AS v
  JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
  WHERE v.living = 'ordinary' AND v.place = 'home'
  GROUP BY w.period_start, w.period_end, v.month, v.person_key
)
SELECT period_start, period_end, municipality_code, sex,
  CASE WHEN age_group IN ('0-17', '18') THEN '0-18' ELSE age_group END AS age_group, person_key,
  count(*) FILTER (visits >= 12) AS numerator,
  count(*) AS denominator, 0::BIGINT AS unknown
FROM patient_months
GROUP BY ALL
