-- A row is an indicator in its latest version.
-- From: indicators.definitions
-- By: CONTRACT, indicators.definitions
SELECT indicator_id, version, title_sv, denominator, exclusions, numerator, unit, reference, limits
FROM indicators.definitions
QUALIFY version = max(version) OVER (PARTITION BY indicator_id)
ORDER BY indicator_id
