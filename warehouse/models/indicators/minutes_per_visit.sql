-- A row is a period, municipality, sex, age group and person: minutes, and visits with a duration..
-- From: core.visits
-- By: minutes_per_visit.yaml
-- window: monthly, on period_start
SELECT w.period_start, w.period_end, v.residence_municipality_code AS municipality_code, v.sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE v.age_group END AS age_group, v.person_key,
  coalesce(sum(v.minutes), 0) AS numerator,
  count(v.minutes) AS denominator,
  count(*) - count(v.minutes) AS unknown
FROM lake.core.visits AS v
JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
WHERE v.living = 'ordinary' AND v.place = 'home'
GROUP BY ALL
