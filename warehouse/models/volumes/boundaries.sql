-- A row is a combination and a boundary: the attributes whose conditions fail, none where the visit is within it.
-- With: volumes/combinations
-- From: hemvard_conditions, hemvard_scenarios
-- By: docs/guides/add-a-scenario.md: a visit is in when every condition holds and its month is within the validity,
-- which fails as `valid`. A condition whose attribute has a value outside its closed list is not met.
WITH conditions AS (
  SELECT scenario, attribute, value, holds, unknown FROM hemvard_conditions
  UNION ALL
  SELECT scenario, 'valid', scenario, true, false FROM hemvard_scenarios
),
found AS (SELECT DISTINCT combination FROM combinations),
values_of AS (SELECT combination, unnest(string_split(combination, ' ')) AS value FROM found),
met AS (
  SELECT v.combination, c.scenario, c.attribute, c.holds, c.unknown
  FROM values_of AS v
  JOIN conditions AS c ON v.value = c.attribute || '=' || c.value
)
SELECT f.combination, r.scenario,
  string_agg(r.attribute, '+' ORDER BY r.attribute) FILTER (NOT coalesce(m.holds, false)) AS failing,
  bool_and(coalesce(m.holds OR m.unknown, false)) AS fails_on_unknown_alone,
  bool_or(coalesce(m.unknown, false)) AS has_unknown
FROM found AS f
CROSS JOIN (SELECT DISTINCT scenario, attribute FROM conditions) AS r
LEFT JOIN met AS m ON m.combination = f.combination AND m.scenario = r.scenario AND m.attribute = r.attribute
GROUP BY f.combination, r.scenario
