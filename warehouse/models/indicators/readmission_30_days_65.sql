-- A row is a period, a person of 65 or older and the residence: care chains ended, and those with a readmission.
-- With: core/care_chains
-- By: readmission_30_days_65.yaml. A transfer is no readmission: it continues the care chain.
-- window: monthly, on period_start
-- reach: 1 before, 2 after
WITH chains AS (
  SELECT period_start, period_end, person, chain, min(admitted_on) AS begins_on, max(discharged_on) AS ends_on,
    arg_min(planned, place) AS planned, arg_max(discharged_to, place_by_end) AS discharged_to,
    arg_max(municipality_code, place_by_end) AS municipality_code, arg_max(sex, place_by_end) AS sex,
    arg_max(age, place_by_end) AS age
  FROM care_chains GROUP BY period_start, period_end, person, chain
),
followed AS (
  SELECT *, CASE WHEN lead(begins_on) OVER next_one - ends_on <= 30 THEN lead(planned) OVER next_one
    ELSE 'none' END AS next
  FROM chains WINDOW next_one AS (PARTITION BY period_start, period_end, person ORDER BY chain)
),
counted AS (
  SELECT *, age >= 0 AND next <> 'unknown' AS known FROM followed
  WHERE ends_on BETWEEN period_start AND period_end AND discharged_to NOT IN ('deceased', 'other_hospital')
    AND (age < 0 OR age >= 65)
)
SELECT period_start, period_end, municipality_code, sex,
  CASE WHEN age < 0 THEN 'unknown' WHEN age <= 79 THEN '65-79' WHEN age <= 89 THEN '80-89' ELSE '90+' END AS age_group,
  person AS person_key, count(*) FILTER (known AND next = 'unplanned') AS numerator,
  count(*) FILTER (known) AS denominator, count(*) FILTER (NOT known) AS unknown
FROM counted GROUP BY ALL
