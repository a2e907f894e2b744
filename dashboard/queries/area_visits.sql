-- A row is a year or an agreed period, and an area: visits at home per 1 000 inhabitants, all ages and both sexes.
-- From: volumes.by_area
-- By: CONTRACT, volumes.by_area; a month stands in the table alone
SELECT period_start, period_end, area_type, area_code, measure, value, visits, patients, population, basis, status
FROM volumes.by_area
WHERE care_form = 'all' AND age_group = 'all' AND sex = 'all' AND measure IN ('crude', 'standardised')
  AND area_type IN ('municipality', 'county_part', 'region') AND period_end > last_day(period_start)
ORDER BY period_start, period_end, area_type, area_code, measure
