-- A row is a year and a municipality.
-- From: equalisation.income_equalisation
-- By: CONTRACT, equalisation.income_equalisation
SELECT year, area_code, population, indexed_tax_power_sek, guaranteed_tax_power_sek, rate_kind, county_rate,
  equalisation_sek_per_inhabitant, basis
FROM equalisation.income_equalisation
WHERE level = 'municipality'
ORDER BY year, area_code
