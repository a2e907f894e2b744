-- A row is a period, a person of 20 or older and where the person lives: care chains for a listed chronic illness.
-- With: core/care_chains
-- From: hemvard_diagnoses
-- By: avoidable_admissions.yaml. A care chain counts once, where any of its stays has a listed main diagnosis.
-- window: monthly, on period_start
-- reach: 1 before, 2 after
WITH judged AS (
  SELECT period_start, period_end, person, chain, discharged_on, municipality_code, sex, age, place_by_end,
    coalesce(diagnosis, '') = '' AS undiagnosed, EXISTS (
      SELECT 1 FROM hemvard_diagnoses AS d
      WHERE d.list_id = 'avoidable_chronic' AND starts_with(care_chains.diagnosis, d.prefix)
        AND care_chains.discharged_on BETWEEN d.valid_from AND coalesce(d.valid_to, DATE '9999-12-31')
    ) AS listed
  FROM care_chains
),
chains AS (
  SELECT period_start, period_end, person, chain, max(discharged_on) AS ends_on, bool_or(listed) AS listed,
    bool_or(undiagnosed) AS undiagnosed, arg_max(municipality_code, place_by_end) AS municipality_code,
    arg_max(sex, place_by_end) AS sex, arg_max(age, place_by_end) AS age
  FROM judged GROUP BY period_start, period_end, person, chain
)
SELECT period_start, period_end, municipality_code, sex,
  CASE WHEN age < 0 THEN 'unknown' WHEN age <= 64 THEN '19-64' WHEN age <= 79 THEN '65-79' WHEN age <= 89 THEN '80-89'
    ELSE '90+' END AS age_group,
  person AS person_key, count(*) FILTER (listed AND age >= 20) AS numerator, 0::BIGINT AS denominator,
  count(*) FILTER (CASE WHEN age < 0 THEN listed OR undiagnosed ELSE undiagnosed AND NOT listed END) AS unknown
FROM chains
WHERE ends_on BETWEEN period_start AND period_end AND (age < 0 OR age >= 20) AND (listed OR undiagnosed)
GROUP BY ALL
