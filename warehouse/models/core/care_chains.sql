-- A row is a stay in hospital near a window, and the care chain that it is part of.
-- From: core.admissions
-- By: a stay that begins on the day on which another ends, or the day after a discharge to another hospital, continues
-- the care chain (docs: readmission_30_days_65.yaml). Stays are looked at from a month before the window to two after
-- it. `place` is the order of their beginnings, `place_by_end` of their ends.
WITH stays AS (
  SELECT w.period_start, w.period_end, a.person, a.admitted_at::DATE AS admitted_on,
    a.discharged_at::DATE AS discharged_on, coalesce(a.planned, 'unknown') AS planned,
    coalesce(a.discharged_to, 'unknown') AS discharged_to,
    replace(upper(trim(a.main_diagnosis)), '.', '') AS diagnosis,
    coalesce(a.residence_municipality_code, '9999') AS municipality_code, coalesce(a.sex_of_id, 'unknown') AS sex,
    coalesce(a.person_age, -1) AS age,
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
)
SELECT period_start, period_end, person, admitted_on, discharged_on, planned, discharged_to, diagnosis,
  municipality_code, sex, age, place, place_by_end,
  sum(CASE WHEN admitted_on <= last_day + CASE WHEN came_from = 'other_hospital' THEN 1 ELSE 0 END
    THEN 0 ELSE 1 END) OVER (PARTITION BY period_start, period_end, person ORDER BY place) AS chain
FROM before
