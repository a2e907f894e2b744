-- A row is a period, a person and the receiving municipality: stays with a planning, and those called to in time.
-- From: core.discharge_messages
-- By: planning_call_3_days.yaml; the act (2017:612), 4:3
-- window: monthly, on period_start
-- reach: 2 before, 2 after
WITH messages AS (
  SELECT w.period_start, w.period_end, a.person, a.admission_record_id, a.message, a.sent_at,
    a.sent_at::DATE AS sent_on, a.system, a.record_id, coalesce(a.municipality_code, '9999') AS municipality_code,
    coalesce(a.sex_of_id, 'unknown') AS sex,
    CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18'
      WHEN a.person_age <= 64 THEN '19-64' WHEN a.person_age <= 79 THEN '65-79'
      WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group
  FROM lake.core.discharge_messages AS a
  JOIN hemvard_windows AS w
    ON a.month BETWEEN w.period_start - INTERVAL 2 MONTH AND w.period_end + INTERVAL 2 MONTH
  WHERE a.message IN ('discharge_ready_notice', 'planning_call', 'planning_meeting')
),
notices AS (
  SELECT *, lag(sent_on) OVER (PARTITION BY period_start, period_end, person, admission_record_id
    ORDER BY sent_at, system, record_id) AS told_before
  FROM messages WHERE message = 'discharge_ready_notice'
),
first_notices AS (
  SELECT * FROM notices
  WHERE sent_on BETWEEN period_start AND period_end
    AND (admission_record_id IS NULL OR told_before IS NULL OR sent_on - told_before > 30)
),
judged AS (
  SELECT n.period_start, n.period_end, n.system, n.record_id, n.person, n.municipality_code, n.sex, n.age_group,
    n.admission_record_id IS NULL AS unknown, bool_or(p.message IS NOT NULL) AS is_planned,
    coalesce(bool_or(p.message = 'planning_call' AND p.sent_on <= n.sent_on + 3), false) AS in_time
  FROM first_notices AS n
  LEFT JOIN messages AS p ON p.period_start = n.period_start AND p.period_end = n.period_end AND p.person = n.person
    AND p.admission_record_id = n.admission_record_id AND p.message <> 'discharge_ready_notice'
    AND p.sent_on BETWEEN n.sent_on - 30 AND n.sent_on + 30
  GROUP BY ALL
)
SELECT period_start, period_end, municipality_code, sex, age_group, person AS person_key,
  count(*) FILTER (in_time) AS numerator, count(*) FILTER (is_planned) AS denominator,
  count(*) FILTER (unknown) AS unknown
FROM judged WHERE is_planned OR unknown
GROUP BY ALL
