-- A row is a year, a municipality of residence and a combination of attributes, a margin at a time; `all` rows are totals.
-- From: volumes.cube
-- By: CONTRACT, volumes.visits_year and counting rules: every counted visit, in special housing too; patients are
-- distinct persons within the row; 0–18 as one group (0–17 beside it would show who is 18).
-- window: year, on make_date(year, 1, 1)
WITH counted AS (
  SELECT year(w.period_start)::SMALLINT AS year, c.residence_municipality_code AS municipality_code, c.care_form,
    CASE WHEN c.age_group IN ('0-17', '18') THEN '0-18' ELSE c.age_group END AS age_group, c.sex, c.profession,
    c.provider_level, c.part_of_day, c.person_key, sum(c.visits) AS visits, sum(c.minutes) AS minutes,
    sum(c.visits_with_minutes) AS visits_with_minutes
  FROM lake.volumes.cube AS c
  JOIN hemvard_windows AS w ON c.month BETWEEN w.period_start AND w.period_end
  GROUP BY ALL
)
SELECT year, coalesce(municipality_code, 'all') AS municipality_code,
  coalesce(nullif(concat_ws('+',
    CASE WHEN grouping(care_form) = 0 THEN 'care_form' END,
    CASE WHEN grouping(age_group) = 0 THEN 'age_group' END,
    CASE WHEN grouping(sex) = 0 THEN 'sex' END,
    CASE WHEN grouping(profession) = 0 THEN 'profession' END,
    CASE WHEN grouping(provider_level) = 0 THEN 'provider_level' END,
    CASE WHEN grouping(part_of_day) = 0 THEN 'part_of_day' END), ''), 'total') AS margin,
  coalesce(care_form, 'all') AS care_form, coalesce(age_group, 'all') AS age_group, coalesce(sex, 'all') AS sex,
  coalesce(profession, 'all') AS profession, coalesce(provider_level, 'all') AS provider_level,
  coalesce(part_of_day, 'all') AS part_of_day, sum(visits)::BIGINT AS visits,
  count(DISTINCT person_key) AS patients, sum(minutes)::BIGINT AS minutes,
  sum(visits_with_minutes)::BIGINT AS visits_with_minutes, 'ok' AS status
FROM counted
GROUP BY year, CUBE (municipality_code), GROUPING SETS (
  (), (care_form), (age_group), (sex), (care_form, age_group), (age_group, sex), (profession), (provider_level),
  (part_of_day), (care_form, profession)
)
