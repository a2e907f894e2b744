-- A row is a year, scenario, serving municipality (or all) and lead profession (or all): the visits within it.
-- From: volumes.cube; hemvard_conditions, hemvard_scenarios
-- By: a visit is within a boundary when every condition holds and its month is one of the boundary's. Months are those
-- of the year in which the boundary holds and that have any visits. A patient in home health care has had a visit of
-- that kind (hemsjukvårdsbesök) within the boundary.
WITH used AS (SELECT DISTINCT attribute FROM hemvard_conditions),
needed AS (
  SELECT s.scenario, s.first_month, s.last_month, count(DISTINCT k.attribute) AS conditions
  FROM hemvard_scenarios AS s
  LEFT JOIN hemvard_conditions AS k ON k.scenario = s.scenario
  GROUP BY s.scenario, s.first_month, s.last_month
),
named AS (
  SELECT month, person_key, coalesce(serving_municipality_code, '0000') AS municipality_code, profession,
    visit_kind = 'home_health_care' AS at_home, visits, minutes, visits_with_minutes,
    list_filter([
      {'attribute': 'principal', 'value': principal}, {'attribute': 'living', 'value': living},
      {'attribute': 'care_form', 'value': care_form}, {'attribute': 'place', 'value': place},
      {'attribute': 'planned', 'value': planned}, {'attribute': 'visit_kind', 'value': visit_kind},
      {'attribute': 'acute', 'value': acute}, {'attribute': 'provider_level', 'value': provider_level},
      {'attribute': 'profession', 'value': profession}, {'attribute': 'part_of_day', 'value': part_of_day},
      {'attribute': 'day_type', 'value': day_type}, {'attribute': 'age', 'value': age},
      {'attribute': 'age_group', 'value': age_group}, {'attribute': 'sex', 'value': sex},
      {'attribute': 'palliative', 'value': palliative}, {'attribute': 'dementia', 'value': dementia},
      {'attribute': 'rehabilitation', 'value': rehabilitation},
      {'attribute': 'assistive_devices', 'value': assistive_devices}, {'attribute': 'delegated', 'value': delegated},
      {'attribute': 'distance', 'value': distance}, {'attribute': 'enrolled', 'value': enrolled}],
      lambda entry: list_contains(names, entry.attribute)) AS combination
  FROM lake.volumes.cube
  CROSS JOIN (SELECT list(attribute ORDER BY attribute) AS names FROM used) AS conditioned
),
combinations AS (SELECT DISTINCT combination FROM named),
attributes AS (
  SELECT combination, entry.attribute, entry.value
  FROM (SELECT combination, unnest(combination) AS entry FROM combinations)
),
held AS (
  SELECT a.combination, k.scenario, count(*) AS conditions
  FROM attributes AS a
  JOIN hemvard_conditions AS k ON k.attribute = a.attribute AND k.value = a.value AND k.holds
  GROUP BY a.combination, k.scenario
),
inside AS (
  SELECT c.combination, n.scenario, n.first_month, n.last_month
  FROM combinations AS c
  CROSS JOIN needed AS n
  LEFT JOIN held AS h ON h.combination = c.combination AND h.scenario = n.scenario
  WHERE coalesce(h.conditions, 0) = n.conditions
),
covered AS (
  SELECT year(d.month) AS year, n.scenario, count(*) AS months
  FROM (SELECT DISTINCT month FROM lake.volumes.cube) AS d
  JOIN needed AS n ON d.month BETWEEN n.first_month AND n.last_month
  GROUP BY year(d.month), n.scenario
),
counted AS (
  SELECT year(v.month) AS year, i.scenario, v.municipality_code, v.profession, v.person_key, v.at_home,
    sum(v.visits) AS visits, sum(v.minutes) AS minutes, sum(v.visits_with_minutes) AS visits_with_minutes
  FROM named AS v
  JOIN inside AS i ON i.combination = v.combination AND v.month BETWEEN i.first_month AND i.last_month
  GROUP BY year(v.month), i.scenario, v.municipality_code, v.profession, v.person_key, v.at_home
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
ORDER BY t.year, t.scenario, municipality_code, profession
