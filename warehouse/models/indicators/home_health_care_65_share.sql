-- A row is a period, municipality, sex, age group and person: home health care visits in the month that is measured.
-- From: core.visits
-- By: home_health_care_65_share.yaml. The month is the 9th of the period's last year, as in Kolada N20897, where the
-- period holds it, and else its last one: so that a year and a month are comparable.
-- window: monthly, on period_start
WITH measured AS (
  SELECT period_start, period_end,
    CASE WHEN make_date(year(period_end), 9, 1) BETWEEN period_start AND period_end
      THEN make_date(year(period_end), 9, 1) ELSE date_trunc('month', period_end)::DATE END AS month
  FROM hemvard_windows
)
SELECT w.period_start, w.period_end, v.residence_municipality_code AS municipality_code, v.sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE v.age_group END AS age_group, v.person_key,
  count(*) FILTER (v.age >= 65) AS numerator, 0::BIGINT AS denominator, count(*) FILTER (v.age IS NULL) AS unknown
FROM lake.core.visits AS v
JOIN measured AS w ON v.month = w.month
WHERE v.living = 'ordinary' AND v.place = 'home' AND v.care_form = 'home_health_care' AND (v.age >= 65 OR v.age IS NULL)
GROUP BY ALL
