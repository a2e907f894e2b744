-- A row is a month, a municipality of residence, a care form, a place and planned or not; `all` rows are totals.
-- From: core.visits
-- By: CONTRACT, counting rules (patients are distinct persons within the row and don't add up).
-- window: month, on period
WITH counted AS (
  SELECT w.period_start AS period, v.residence_municipality_code AS municipality_code, v.care_form, v.place,
    v.planned, v.person_key, v.minutes
  FROM lake.core.visits AS v
  JOIN hemvard_windows AS w ON v.month = w.period_start
)
SELECT period, coalesce(municipality_code, 'all') AS municipality_code, coalesce(care_form, 'all') AS care_form,
  coalesce(place, 'all') AS place, coalesce(planned, 'all') AS planned,
  count(*) AS visits, count(DISTINCT person_key) AS patients, coalesce(sum(minutes), 0)::BIGINT AS minutes,
  count(minutes) AS visits_with_minutes, 'ok' AS status
FROM counted
GROUP BY period, CUBE (municipality_code, care_form, place, planned)
