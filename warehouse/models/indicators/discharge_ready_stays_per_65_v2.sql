-- A row is a period, a person and where the person lives: stays with days ready for discharge.
-- From: core.admissions
-- By: discharge_ready_stays_per_65_v2.yaml. The day on which a person becomes ready for discharge isn't counted,
-- the day of discharge is.
-- The denominator is the inhabitants; the column holds the stays with a moment, for how usable the figure is.
-- window: monthly, on period_start
SELECT w.period_start, w.period_end, coalesce(a.residence_municipality_code, '9999') AS municipality_code,
  coalesce(a.sex_of_id, 'unknown') AS sex,
  CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18' WHEN a.person_age <= 64 THEN '19-64'
    WHEN a.person_age <= 79 THEN '65-79' WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group,
  a.person AS person_key,
  count(*) FILTER (a.discharged_at::DATE > a.discharge_ready_at::DATE) AS numerator,
  count(*) FILTER (a.discharge_ready_at IS NOT NULL) AS denominator,
  count(*) FILTER (a.discharge_ready_at IS NULL) AS unknown
FROM lake.core.admissions AS a
JOIN hemvard_windows AS w ON a.month BETWEEN w.period_start AND w.period_end
GROUP BY ALL
