-- A row is a year, an area and a sex: a value as Kolada publishes it, in the unit of an indicator of ours.
-- From: core.external_indicators; hemvard_compared
-- By: compare in each indicator's YAML. Wherever these rows show: "Källa: Kolada".
-- window: period, on period_start
SELECT c.indicator_id, c.version, w.period_start, w.period_end,
  CASE WHEN length(e.area_code) = 4 THEN 'municipality' WHEN e.area_code = '00' THEN 'country' ELSE 'region' END
    AS area_type,
  e.area_code, coalesce(e.sex, 'all') AS sex, 'all' AS age_group, 'crude' AS standardisation,
  'kolada' AS comparison_source, NULL::DECIMAL(18,4) AS numerator, NULL::DECIMAL(18,4) AS denominator,
  NULL::BIGINT AS numerator_patients, NULL::BIGINT AS denominator_patients, NULL::BIGINT AS unknown,
  (e.value * c.times)::DOUBLE AS value,
  NULL::DOUBLE AS standard_error, NULL::DOUBLE AS ci_low, NULL::DOUBLE AS ci_high, NULL::DOUBLE AS baseline_value,
  NULL::DATE AS baseline_start, NULL::DATE AS baseline_end, NULL::DOUBLE AS target, 'not_assessed' AS signal,
  'usable' AS usability, NULL::DATE AS source_break,
  CASE WHEN e.value IS NULL THEN 'missing' ELSE 'ok' END AS status
FROM lake.core.external_indicators AS e
JOIN hemvard_compared AS c ON c.kolada = e.indicator
JOIN hemvard_windows AS w ON w.period_start = make_date(year(e.year), 1, 1)
  AND w.period_end = make_date(year(e.year), 12, 31)
  AND w.period_start >= c.valid_from AND w.period_end <= coalesce(c.valid_to, DATE '9999-12-31')
WHERE length(e.area_code) = 4 OR e.area_code IN ('00', $region_code)
