-- A row is an indicator's own, crude value of a period and an area; all ages and both sexes together.
-- From: indicators.results
-- By: CONTRACT, indicators.results
SELECT indicator_id, version, period_start, period_end, area_type, area_code, numerator, denominator, unknown,
  value, ci_low, ci_high, baseline_value, baseline_start, baseline_end, target, usability, status
FROM indicators.results
WHERE sex = 'all' AND age_group = 'all' AND standardisation = 'crude' AND comparison_source = 'own'
ORDER BY indicator_id, period_end, period_start DESC, area_type, area_code
