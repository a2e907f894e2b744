-- A row is a period, a person of 65 or older and the residence: care chains ended, and those with a readmission.
-- From: core.admissions
-- By: readmission_30_days_65.yaml. A stay that begins on the day on which another ends, or the day after a discharge
-- to another hospital, continues the care chain: a transfer is no readmission.
-- window: monthly, on period_start
-- reach: 1 before, 2 after
WITH stays AS (
  SELECT w.period_start, w.period_end, a.person, a.admitted_at::DATE AS admitted_on,
    a.discharged_at::DATE AS discharged_on,
    coalesce(a.planned, 'unknown') AS planned, coalesce(a.discharged_to, 'unknown') AS discharged_to,
    coalesce(a.residence_municipality_code, '9999') AS municipality_code, coalesce(a.sex_of_id, 'unknown') AS sex,
    CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18'
      WHEN a.person_age <= 64 THEN '19-64' WHEN a.person_age <= 79 THEN '65-79'
      WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group,
    row_number() OVER (PARTITION BY w.period_start, w.period_end, a.person
      ORDER BY a.admitted_at, a.discharged_at, a.system, a.record_id) AS place,
    row_number() OVER (PARTITION BY w.period_start, w.period_end, a.person
      ORDER BY a.discharged_at, a.admitted_at, a.system, a.record_id) AS place_by_end
  FROM lake.core.admissions AS a
  JOIN hemvard_windows AS w
    ON a.month BETWEEN w.period_start - INTERVAL 1 MONTH AND w.period_end + INTERVAL 2 MONTH
),
before AS (
  SELECT *, max(discharged_on) OVER earlier AS last_day, lag(discharged_to) OVER in_order AS came_from
  FROM stays
  WINDOW in_order AS (PARTITION BY period_start, period_end, person ORDER BY place),
    earlier AS (PARTITION BY period_start, period_end, person ORDER BY place
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
in_chains AS (
  SELECT *, sum(CASE WHEN admitted_on <= last_day + CASE WHEN came_from = 'other_hospital' THEN 1 ELSE 0 END
    THEN 0 ELSE 1 END) OVER (PARTITION BY period_start, period_end, person ORDER BY place) AS chain
  FROM before
),
chains AS (
  SELECT period_start, period_end, person, chain, min(admitted_on) AS begins_on, max(discharged_on) AS ends_on,
    arg_min(planned, place) AS planned, arg_max(discharged_to, place_by_end) AS discharged_to,
    arg_max(municipality_code, place_by_end) AS municipality_code, arg_max(sex, place_by_end) AS sex,
    arg_max(age_group, place_by_end) AS age_group
  FROM in_chains GROUP BY period_start, period_end, person, chain
),
followed AS (
  SELECT *, CASE WHEN lead(begins_on) OVER next_one - ends_on <= 30 THEN lead(planned) OVER next_one
    ELSE 'none' END AS next
  FROM chains WINDOW next_one AS (PARTITION BY period_start, period_end, person ORDER BY chain)
),
counted AS (
  SELECT *, age_group <> 'unknown' AND next <> 'unknown' AS known FROM followed
  WHERE ends_on BETWEEN period_start AND period_end AND discharged_to NOT IN ('deceased', 'other_hospital')
    AND age_group IN ('65-79', '80-89', '90+', 'unknown')
)
SELECT period_start, period_end, municipality_code, sex, age_group, person AS person_key,
  count(*) FILTER (known AND next = 'unplanned') AS numerator, count(*) FILTER (known) AS denominator,
  count(*) FILTER (NOT known) AS unknown
FROM counted GROUP BY ALL
