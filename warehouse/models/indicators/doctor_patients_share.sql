-- A row is a period, municipality, sex, age group and person: home health care visits, and a doctor's visits at home.
-- From: core.visits
-- By: doctor_patients_share.yaml. The frame counts a numerator only for persons of the denominator.
-- window: period, on period_start
SELECT w.period_start, w.period_end, v.residence_municipality_code AS municipality_code, v.sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE v.age_group END AS age_group, v.person_key,
  count(*) FILTER (list_contains(v.professions, 'doctor')) AS numerator,
  count(*) FILTER (v.care_form = 'home_health_care' AND v.profession <> 'unknown') AS denominator,
  count(*) FILTER (v.care_form = 'home_health_care' AND v.profession = 'unknown') AS unknown
FROM lake.core.visits AS v
JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
WHERE v.living = 'ordinary' AND v.place = 'home'
GROUP BY ALL
