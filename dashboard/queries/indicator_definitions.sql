-- A row is an indicator in one of its versions.
-- From: indicators.definitions
-- By: CONTRACT, indicators.definitions
SELECT indicator_id, version, valid_from, valid_to, title_sv, denominator, exclusions, numerator, kind, unit,
  applies_from, direction, source, reference, limits
FROM indicators.definitions
ORDER BY indicator_id, version
