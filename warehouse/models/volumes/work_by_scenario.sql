-- A row is a year, scenario, serving municipality (or all) and lead profession (or all): the visits within it.
-- With: volumes/combinations, volumes/boundaries
-- From: hemvard_scenarios
-- By: months are those of the year in which the boundary is valid and that have any visits. A patient in home health
-- care has had a visit of that kind (hemsjukvårdsbesök) within the boundary.
-- window: year, on make_date(year, 1, 1)
WITH covered AS (
  SELECT year(d.month) AS year, s.scenario, count(*) AS months
  FROM (SELECT DISTINCT month FROM combinations) AS d
  JOIN hemvard_scenarios AS s ON d.month BETWEEN s.first_month AND s.last_month
  GROUP BY year(d.month), s.scenario
),
counted AS (
  SELECT year(c.period_start) AS year, b.scenario, coalesce(c.serving_municipality_code, '0000') AS municipality_code,
    c.profession, c.person_key, c.visit_kind = 'home_health_care' AS at_home, sum(c.visits) AS visits,
    sum(c.minutes) AS minutes, sum(c.visits_with_minutes) AS visits_with_minutes
  FROM combinations AS c
  JOIN boundaries AS b ON b.combination = c.combination AND b.failing IS NULL
  GROUP BY ALL
)
SELECT t.year, t.scenario, coalesce(t.municipality_code, 'all') AS municipality_code,
  coalesce(t.profession, 'all') AS profession, min(c.months) AS months, sum(t.visits)::BIGINT AS visits,
  sum(t.minutes)::BIGINT AS minutes, sum(t.visits_with_minutes)::BIGINT AS visits_with_minutes,
  count(DISTINCT t.person_key) AS patients,
  count(DISTINCT t.person_key) FILTER (t.at_home) AS patients_in_home_health_care
FROM counted AS t
JOIN covered AS c ON c.year = t.year AND c.scenario = t.scenario
GROUP BY GROUPING SETS (
  (t.year, t.scenario, t.municipality_code, t.profession), (t.year, t.scenario, t.municipality_code),
  (t.year, t.scenario, t.profession), (t.year, t.scenario))
