-- A row is an indicator's crude value of a year or an agreed period (a month stands in the table alone) and of the
-- region, a county part or a municipality, all ages and both sexes together: our own, and Kolada's of the same.
-- From: indicators.results
-- By: CONTRACT, indicators.results
SELECT indicator_id, version, period_start, period_end, area_type, area_code, comparison_source, numerator,
  denominator, unknown, value, ci_low, ci_high, baseline_value, baseline_start, baseline_end, target, signal,
  usability, source_break, status
FROM indicators.results
WHERE sex = 'all' AND age_group = 'all' AND standardisation = 'crude' AND comparison_source IN ('own', 'kolada')
  AND area_type IN ('region', 'county_part', 'municipality') AND period_end > last_day(period_start)
ORDER BY indicator_id, version, period_end, period_start DESC, area_type, area_code, comparison_source
