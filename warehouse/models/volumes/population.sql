-- A row is a year, a municipality, an age and a sex: the inhabitants on 31 December.
-- From: core.population
-- By: CONTRACT, at the right date; docs/maths.md, Volumes per inhabitant.
-- A municipality's year is one source's alone: Statistics Sweden's (scb) before any other, then the first by name.
-- window: year, on make_date(year, 1, 1)
WITH told AS (
  SELECT year(p.measured_on)::SMALLINT AS year, p.area_code AS municipality_code, p.age, p.sex, p.persons,
    p.system = 'scb' AS is_official, p.source_id, p.record_id,
    dense_rank() OVER (
      PARTITION BY p.measured_on, p.area_code ORDER BY p.system = 'scb' DESC, p.source_id
    ) AS place
  FROM lake.core.population AS p
  JOIN hemvard_windows AS w ON p.measured_on BETWEEN w.period_start AND w.period_end
  WHERE strftime(p.measured_on, '%m-%d') = '12-31' AND length(p.area_code) = 4 AND p.age IS NOT NULL
    AND p.sex IN ('female', 'male')
)
SELECT year, municipality_code, age, sex, persons,
  CASE WHEN is_official THEN 'official' ELSE 'illustrative' END AS basis, source_id
FROM told
WHERE place = 1
QUALIFY row_number() OVER (PARTITION BY year, municipality_code, age, sex ORDER BY record_id, persons) = 1
