-- A row is a period, municipality, sex, age group and person: months with twelve visits or more, and with any.
-- With: core/patient_months
-- By: frequent_patients_share.yaml. A year is the mean of its months: a year and a month are comparable.
-- window: monthly, on period_start
SELECT period_start, period_end, municipality_code, sex, age_group, person_key, count(*) FILTER (visits >= 12) AS numerator,
  count(*) AS denominator, 0::BIGINT AS unknown
FROM patient_months
GROUP BY ALL
