-- A row is a period, a person of 20 or older and where the person lives: care chains for a listed chronic illness.
-- From: core.admissions, hemvard_diagnoses
-- By: avoidable_admissions.yaml. Care chains as in readmission_30_days_65.sql; a chain counts once, where any of its
-- stays has a listed main diagnosis.
-- window: monthly, on period_start
-- reach: 1 before, 1 after
WITH stays AS (
  SELECT w.period_start, w.period_end, a.person, a.admitted_at::DATE AS admitted_on,
    a.discharged_at::DATE AS discharged_on,
    coalesce(a.discharged_to, 'unknown') AS discharged_to, replace(upper(trim(a.main_diagnosis)), '.', '') AS diagnosis,
    coalesce(a.residence_municipality_code, '9999') AS municipality_code, coalesce(a.sex_of_id, 'unknown') AS sex,
    coalesce(a.person_age, -1) AS age,
    row_number() OVER (PARTITION BY w.period_start, w.period_end, a.person
      ORDER BY a.admitted_at, a.discharged_at, a.system, a.record_id) AS place,
    row_number() OVER (PARTITION BY w.period_start, w.period_end, a.person
      ORDER BY a.discharged_at, a.admitted_at, a.system, a.record_id) AS place_by_end
  FROM lake.core.admissions AS a
  JOIN hemvard_windows AS w
    ON a.month BETWEEN w.period_start - INTERVAL 1 MONTH AND w.period_end + INTERVAL 1 MONTH
),
judged AS (
  SELECT *, coalesce(diagnosis, '') = '' AS undiagnosed, EXISTS (
      SELECT 1 FROM hemvard_diagnoses AS d
      WHERE d.list_id = 'avoidable_chronic' AND starts_with(stays.diagnosis, d.prefix)
        AND stays.discharged_on BETWEEN d.valid_from AND coalesce(d.valid_to, DATE '9999-12-31')
    ) AS listed
  FROM stays
),
before AS (
  SELECT *, max(discharged_on) OVER earlier AS last_day, lag(discharged_to) OVER in_order AS came_from
  FROM judged
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
  SELECT period_start, period_end, person, chain, max(discharged_on) AS ends_on, bool_or(listed) AS listed,
    bool_or(undiagnosed) AS undiagnosed, arg_max(municipality_code, place_by_end) AS municipality_code,
    arg_max(sex, place_by_end) AS sex, arg_max(age, place_by_end) AS age
  FROM in_chains GROUP BY period_start, period_end, person, chain
)
SELECT period_start, period_end, municipality_code, sex,
  CASE WHEN age < 0 THEN 'unknown' WHEN age <= 64 THEN '19-64' WHEN age <= 79 THEN '65-79' WHEN age <= 89 THEN '80-89'
    ELSE '90+' END AS age_group,
  person AS person_key, count(*) FILTER (listed AND age >= 20) AS numerator, 0::BIGINT AS denominator,
  count(*) FILTER (CASE WHEN age < 0 THEN listed OR undiagnosed ELSE undiagnosed AND NOT listed END) AS unknown
FROM chains
WHERE ends_on BETWEEN period_start AND period_end AND (age < 0 OR age >= 20) AND (listed OR undiagnosed)
GROUP BY ALL
