-- A row is a period, municipality, sex, age group and person: home health care visits, without enrolment and known.
-- From: core.visits
-- By: not_enrolled_share.yaml
-- window: monthly, on period_start
SELECT w.period_start, w.period_end, v.residence_municipality_code AS municipality_code, v.sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE v.age_group END AS age_group, v.person_key,
  count(*) FILTER (v.enrolled = 'no') AS numerator,
  count(*) FILTER (v.enrolled <> 'unknown') AS denominator,
  count(*) FILTER (v.enrolled = 'unknown') AS unknown
FROM lake.core.visits AS v
JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
WHERE v.living = 'ordinary' AND v.place = 'home' AND v.care_form = 'home_health_care'
GROUP BY ALL
