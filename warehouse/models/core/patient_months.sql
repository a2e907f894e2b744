-- A row is a person and a month with visits at home in ordinary housing.
-- From: core.visits
-- By: docs/guides/add-an-indicator.md. A patient-month belongs, with all its visits, to where the person lived at the
-- last of them.
SELECT w.period_start, w.period_end, v.month, v.person_key,
  arg_max(v.residence_municipality_code, row(v.started_at, v.system, v.record_id)) AS municipality_code,
  arg_max(v.sex, row(v.started_at, v.system, v.record_id)) AS sex,
  CASE WHEN arg_max(v.age_group, row(v.started_at, v.system, v.record_id)) IN ('0-17', '18') THEN '0-18'
    ELSE arg_max(v.age_group, row(v.started_at, v.system, v.record_id)) END AS age_group,
  count(*) AS visits
FROM lake.core.visits AS v
JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
WHERE v.living = 'ordinary' AND v.place = 'home'
GROUP BY w.period_start, w.period_end, v.month, v.person_key
