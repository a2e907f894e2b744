-- A row is a period and an area: the share of unplanned visits among visits at home in ordinary housing.
-- From: core.visits
-- By: unplanned_share.yaml. The interval is that of a ratio of two sums, with the variance between patients
-- (a patient's visits are not independent): Cochran, Sampling Techniques, ch. 6. Sums are of whole numbers;
-- the only divisions stand last.
-- window: period, on period_start
WITH at_home AS (
  SELECT w.period_start, w.period_end, v.residence_municipality_code AS municipality_code, v.person_key,
    count(*) FILTER (v.planned <> 'unknown') AS known, count(*) FILTER (v.planned = 'unplanned') AS unplanned,
    count(*) FILTER (v.planned = 'unknown') AS unknown
  FROM lake.core.visits AS v
  JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
  WHERE v.living = 'ordinary' AND v.place = 'home'
  GROUP BY ALL
),
by_person AS (
  SELECT period_start, period_end, 'municipality' AS area_type, municipality_code AS area_code, person_key, known,
    unplanned, unknown
  FROM at_home
  UNION ALL
  SELECT period_start, period_end, 'region' AS area_type, $region_code AS area_code, person_key, sum(known) AS known,
    sum(unplanned) AS unplanned, sum(unknown) AS unknown
  FROM at_home GROUP BY period_start, period_end, person_key
),
sums AS (
  SELECT period_start, period_end, area_type, area_code, sum(unplanned)::BIGINT AS numerator,
    sum(known)::BIGINT AS denominator, sum(unknown)::BIGINT AS unknown,
    count(*) FILTER (unplanned > 0) AS numerator_patients, count(*) FILTER (known > 0) AS denominator_patients,
    sum(unplanned * unplanned)::DOUBLE AS yy, sum(unplanned * known)::DOUBLE AS xy, sum(known * known)::DOUBLE AS xx
  FROM by_person GROUP BY ALL
),
estimated AS (
  SELECT *, CASE WHEN denominator > 0 THEN numerator / denominator END AS value,
    CASE WHEN denominator > 0 AND denominator_patients > 1 THEN
      1.959963984540054 * sqrt(greatest(0, denominator_patients / (denominator_patients - 1)
        * (yy - 2 * (numerator / denominator) * xy + (numerator / denominator) * (numerator / denominator) * xx)))
      / denominator END AS half_width
  FROM sums
)
SELECT 'unplanned_share' AS indicator_id, 1::SMALLINT AS version, period_start, period_end, area_type, area_code,
  'all' AS sex, 'all' AS age_group, 'crude' AS standardisation, 'own' AS comparison_source, numerator, denominator,
  numerator_patients, denominator_patients, unknown, value,
  CASE WHEN half_width IS NOT NULL THEN greatest(0, value - half_width) END AS ci_low,
  CASE WHEN half_width IS NOT NULL THEN least(1, value + half_width) END AS ci_high, NULL::DOUBLE AS baseline_value, NULL::DATE AS baseline_start,
  NULL::DATE AS baseline_end, NULL::DOUBLE AS target, 'not_assessed' AS signal,
  CASE WHEN 20 * unknown > denominator + unknown THEN 'with_caution' ELSE 'usable' END AS usability,
  CASE WHEN denominator > 0 THEN 'ok' ELSE 'not_applicable' END AS status
FROM estimated
