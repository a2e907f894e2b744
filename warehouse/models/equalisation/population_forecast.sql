-- A row is a municipality, an edition, an equalisation year and an age group: the forecast inhabitants.
-- From: core.population_forecast
-- By: lag (2004:773) 3 §: inhabitants on 1 November of the year before, for whom those forecast for 31 December that
-- year stand. An edition of a municipality is one source's: Statistics Sweden's (scb), else the first by name.
WITH told AS (
  SELECT area_code, coalesce(vintage, '') AS vintage, year(measured_on) + 1 AS year, age, sex, persons, record_id,
    dense_rank() OVER (PARTITION BY area_code, vintage ORDER BY system = 'scb' DESC, source_id) AS place
  FROM lake.core.population_forecast
  WHERE strftime(measured_on, '%m-%d') = '12-31' AND length(area_code) = 4 AND age IS NOT NULL
    AND sex IN ('female', 'male')
),
cells AS (
  SELECT area_code, vintage, year, age, persons
  FROM told
  WHERE place = 1
  QUALIFY row_number() OVER (PARTITION BY area_code, vintage, year, age, sex ORDER BY record_id, persons) = 1
)
SELECT area_code, vintage, year, CASE WHEN age <= 64 THEN '0-64' ELSE '65+' END AS age_group, sum(persons)::BIGINT
  AS persons
FROM cells
GROUP BY ALL
