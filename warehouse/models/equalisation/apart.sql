-- A row is a serving municipality and two boundaries: the persons of whom the first counts a visit, the other not.
-- With: volumes/combinations, volumes/boundaries
-- By: our own: what a boundary has beyond another can be read off as the one less the other, so it must not be of few.
WITH told AS (SELECT DISTINCT serving_municipality_code, person_key, combination FROM combinations)
SELECT t.serving_municipality_code AS municipality_code, a.scenario, b.scenario AS other_scenario,
  count(DISTINCT t.person_key) AS persons
FROM told AS t
JOIN boundaries AS a ON a.combination = t.combination AND a.failing IS NULL
JOIN boundaries AS b ON b.combination = t.combination AND b.failing IS NOT NULL
WHERE t.serving_municipality_code IS NOT NULL
GROUP BY ALL
