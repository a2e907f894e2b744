-- A row is a year, a care form, a place, planned or not and an age group, in ordinary housing; `all` rows are totals.
-- From: core.visits
-- By: CONTRACT, volumes.region_totals: ordinary housing, both principals; 0–18 as one group (0–17 beside it
-- would show who is 18).
-- window: year, on make_date(year, 1, 1)
WITH counted AS (
  SELECT year(w.period_start)::SMALLINT AS year, v.care_form, v.place, v.planned,
    CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE v.age_group END AS age_group, v.person_key, v.minutes
  FROM lake.core.visits AS v
  JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
  WHERE v.living = 'ordinary'
)
SELECT year, $region_code AS region_code, coalesce(care_form, 'all') AS care_form, coalesce(place, 'all') AS place,
  coalesce(planned, 'all') AS planned, coalesce(age_group, 'all') AS age_group,
  count(*) AS visits, count(DISTINCT person_key) AS patients, coalesce(sum(minutes), 0)::BIGINT AS minutes,
  count(minutes) AS visits_with_minutes, 'ok' AS status
FROM counted
GROUP BY year, CUBE (care_form, place, planned, age_group)
