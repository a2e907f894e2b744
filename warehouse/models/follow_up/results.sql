-- A row is a row of indicators.results as it is to be published, beside its baseline.
-- From: indicators.results; hemvard_baseline, hemvard_targets, hemvard_reads, hemvard_doubts, hemvard_breaks
-- By: docs/maths.md, Baseline and signals. Western Electric (1956), Statistical Quality Control Handbook: a point beyond
-- three standard errors (test 1), eight in a row on one side of the centre line (test 4); Montgomery, Introduction to
-- Statistical Quality Control, ch. 5. `side` is 1 above the baseline, -1 below, 0 on it, and missing where a row is not
-- assessed: no value, no baseline, not usable, not our own, or not wholly outside the baseline's days. Eight months in
-- a row are eight on one side within the last eight calendar months.
WITH judged AS (
  SELECT r.indicator_id, r.version, r.period_start, r.period_end, r.area_type, r.area_code, r.sex, r.age_group,
    r.standardisation, r.comparison_source, r.value, r.standard_error, s.first_day, s.last_day,
    b.value AS baseline_value, t.value::DOUBLE AS target, r.usability, r.comparison_source = 'own' AS is_own,
    (SELECT max(k.day) FROM hemvard_breaks AS k JOIN hemvard_reads AS i ON i.subject = k.subject
      WHERE i.indicator_id = r.indicator_id AND i.version = r.version AND r.comparison_source = 'own'
        AND k.area_type = r.area_type AND k.area_code = r.area_code AND k.day <= r.period_end) AS source_break,
    r.comparison_source = 'own' AND (r.status = 'preliminary' OR EXISTS (
      SELECT 1 FROM hemvard_doubts AS d JOIN hemvard_reads AS i ON i.subject = d.subject
      WHERE i.indicator_id = r.indicator_id AND i.version = r.version AND d.area_type = r.area_type
        AND d.area_code = r.area_code AND d.month BETWEEN r.period_start AND r.period_end)) AS is_doubted
  FROM build.indicators.results AS r
  LEFT JOIN hemvard_baseline AS s ON s.comparison_source = r.comparison_source
  LEFT JOIN build.indicators.results AS b
    ON b.indicator_id = r.indicator_id AND b.version = r.version AND b.period_start = s.first_day
    AND b.period_end = s.last_day AND b.area_type = r.area_type AND b.area_code = r.area_code AND b.sex = r.sex
    AND b.age_group = r.age_group AND b.standardisation = r.standardisation
    AND b.comparison_source = r.comparison_source
  LEFT JOIN hemvard_targets AS t
    ON t.indicator_id = r.indicator_id AND t.area_type = r.area_type AND t.area_code = r.area_code AND r.sex = 'all'
    AND r.age_group = 'all' AND r.standardisation = 'crude' AND r.period_end BETWEEN t.first_day AND t.last_day
),
assessed AS (
  SELECT judged.*,
    CASE WHEN is_own AND usability <> 'not_usable' AND (period_end < first_day OR period_start > last_day)
      THEN sign(value - baseline_value) END AS side,
    period_start > last_day AND period_start = date_trunc('month', period_start)
      AND period_end = last_day(period_start) AS is_month_after,
    year(period_start) * 12 + month(period_start) AS month_number
  FROM judged
),
in_a_row AS (
  SELECT assessed.*,
    count(*) OVER (
      PARTITION BY indicator_id, version, area_type, area_code, sex, age_group, standardisation, comparison_source,
        side, is_month_after
      ORDER BY month_number RANGE BETWEEN 7 PRECEDING AND CURRENT ROW
    ) AS months_on_side
  FROM assessed
)
SELECT indicator_id, version, period_start, period_end, area_type, area_code, sex, age_group, standardisation,
  comparison_source, baseline_value, CASE WHEN baseline_value IS NOT NULL THEN first_day END AS baseline_start,
  CASE WHEN baseline_value IS NOT NULL THEN last_day END AS baseline_end, target,
  CASE WHEN side IS NULL THEN 'not_assessed' WHEN side = 0 THEN 'none'
    WHEN coalesce(standard_error, 0) = 0 THEN 'not_assessed'
    WHEN abs(value - baseline_value) > 3 * standard_error THEN CASE side WHEN 1 THEN 'above' ELSE 'below' END
    WHEN is_month_after AND months_on_side = 8 THEN CASE side WHEN 1 THEN 'run_above' ELSE 'run_below' END
    ELSE 'none' END AS signal,
  CASE WHEN usability = 'usable' AND (is_doubted OR source_break IS NOT NULL) THEN 'with_caution'
    ELSE usability END AS usability,
  source_break
FROM in_a_row
