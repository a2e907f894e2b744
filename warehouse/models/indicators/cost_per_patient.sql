-- A row is a period and a serving municipality: net cost (no person), or a person visited at home in ordinary housing.
-- From: core.costs, core.visits
-- By: cost_per_patient.yaml. Revenue is posted with a minus, so that net cost is a sum.
-- window: period, on period_start
WITH posted AS (
  SELECT w.period_start, w.period_end, coalesce(c.municipality_code, '9999') AS municipality_code, c.month,
    c.posting_kind, c.amount_sek
  FROM lake.core.costs AS c
  JOIN hemvard_windows AS w ON c.month BETWEEN w.period_start AND w.period_end
  WHERE c.posting_kind IN ('gross_cost', 'internal_revenue', 'sale', 'fee')
),
with_costs AS (
  SELECT DISTINCT period_start, period_end, municipality_code, month FROM posted WHERE posting_kind = 'gross_cost'
)
SELECT period_start, period_end, municipality_code, 'unknown' AS sex, 'unknown' AS age_group, NULL::UUID AS person_key,
  sum(amount_sek)::DECIMAL(18,4) AS numerator, 0::BIGINT AS denominator, 0::BIGINT AS unknown
FROM posted GROUP BY ALL
UNION ALL
SELECT DISTINCT c.period_start, c.period_end, c.municipality_code, coalesce(v.sex, 'unknown') AS sex,
  CASE WHEN v.age_group IN ('0-17', '18') THEN '0-18' ELSE coalesce(v.age_group, 'unknown') END AS age_group,
  v.person_key, 0::DECIMAL(18,4) AS numerator, 1::BIGINT AS denominator, 0::BIGINT AS unknown
FROM lake.core.visits AS v
JOIN with_costs AS c ON v.month = c.month AND coalesce(v.serving_municipality_code, '9999') = c.municipality_code
WHERE v.place = 'home' AND v.living = 'ordinary'
