-- A row is a period, municipality, sex, age group and person: visits at home, on a weekend or holiday and known.
-- From: core.visits
-- By: weekend_holiday_share.yaml
-- window: monthly, on period_start
SELECT w.period_start, w.period_end, v.residence_municipality_code AS municipality_code, v.sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE v.age_group END AS age_group, v.person_key,
  count(*) FILTER (v.day_type IN ('weekend', 'holiday')) AS numerator,
  count(*) FILTER (v.day_type <> 'unknown') AS denominator,
  count(*) FILTER (v.day_type = 'unknown') AS unknown
FROM lake.core.visits AS v
JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
WHERE v.living = 'ordinary' AND v.place = 'home'
GROUP BY ALL
