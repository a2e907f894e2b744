-- A row is a period, municipality, sex, age group and person: minutes at home, and months whose visits all have a duration.
-- From: core.visits
-- By: minutes_per_patient.yaml. A patient-month belongs, with all its visits, to where the person lived
-- at the last of them. A year is the mean of its months: a year and a month are comparable.
-- window: monthly, on period_start
WITH patient_months AS (
  SELECT w.period_start, w.period_end, v.month, v.person_key,
    arg_max(v.residence_municipality_code, row(v.started_at, v.system, v.record_id)) AS municipality_code,
    arg_max(v.sex, row(v.started_at, v.system, v.record_id)) AS sex,
    arg_max(v.age_group, row(v.started_at, v.system, v.record_id)) AS age_group,
    sum(v.minutes) AS minutes, count(*) - count(v.minutes) AS without
  FROM lake.core.visits AS v
  JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
  WHERE v.living = 'ordinary' AND v.place = 'home'
  GROUP BY w.period_start, w.period_end, v.month, v.person_key
)
SELECT period_start, period_end, municipality_code, sex,
  CASE WHEN age_group IN ('0-17', '18') THEN '0-18' ELSE age_group END AS age_group, person_key,
  coalesce(sum(minutes) FILTER (without = 0), 0)::BIGINT AS numerator,
  count(*) FILTER (without = 0) AS denominator, count(*) FILTER (without > 0) AS unknown
FROM patient_months
GROUP BY ALL
