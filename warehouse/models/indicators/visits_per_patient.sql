-- A row is a period, municipality, sex, age group and person: visits at home, and months with any.
-- With: core/patient_months
-- By: visits_per_patient.yaml. A year is the mean of its months: a year and a month are comparable.
-- window: monthly, on period_start
SELECT period_start, period_end, municipality_code, sex, age_group, person_key, sum(visits)::BIGINT AS numerator,
  count(*) AS denominator, 0::BIGINT AS unknown
FROM patient_months
GROUP BY ALL
