-- A row is a gap analysis's period, a municipality, a health centre, who cares and who should; `all` rows are totals.
-- With: volumes/combinations, volumes/boundaries
-- From: core.visits, core.admissions, core.emergency_visits, core.discharge_messages, core.assessments, core.enrolments, core.listings; hemvard_gap, hemvard_gap_priorities, hemvard_conditions
-- By: docs/guides/gap-analysis.md. Each person in ordinary housing who had a visit at home in the period, or became
-- known, stands once. Who cares: the principals of the visits at home in the period; without such, of those after it
-- but within the agreed time of the latest event; without either: neither. Who should: the municipality, where a visit
-- of the period lies within the agreement's boundary, or the person has none and is of its ages; else the region.
-- Snapshots of enrolments and listings tell of the period when they were taken within it or the two months after it:
-- an older one may show as open what has ended since.
-- Deaths count from a year before the period on: an enrolment that nobody ended is no living person.
-- window: gap, on period_start
-- reach: 12 before, 1 after
WITH periods AS (
  SELECT w.period_start, w.period_end, g.agreement, g.scenario, g.contact_days
  FROM hemvard_windows AS w
  JOIN hemvard_gap AS g ON g.period_start = w.period_start AND g.period_end = w.period_end
),
stays AS (
  SELECT p.period_start, p.period_end, p.contact_days, a.person AS person_key, a.admitted_at, a.discharged_at,
    a.discharged_at::DATE AS day, coalesce(a.discharged_to, 'unknown') AS discharged_to, a.person_age AS age,
    a.residence_municipality_code AS municipality_code
  FROM lake.core.admissions AS a
  JOIN periods AS p ON a.month BETWEEN p.period_start - INTERVAL 12 MONTH AND p.period_end + 1
),
-- What made a person known, the day, and whether it says that he or she lives at home. A discharge into a stay that
-- had begun by the end of that day is a transfer.
events AS (
  SELECT s.period_start, s.period_end, s.person_key, s.day, s.age, s.municipality_code,
    s.discharged_to = 'home' AS at_home
  FROM stays AS s
  WHERE s.discharged_to IN ('home', 'unknown') AND s.day BETWEEN s.period_start AND s.period_end AND NOT EXISTS (
    SELECT 1 FROM stays AS o
    WHERE o.period_start = s.period_start AND o.period_end = s.period_end AND o.person_key = s.person_key
      AND o.admitted_at::DATE <= s.day AND o.discharged_at > s.discharged_at)
  UNION ALL
  SELECT p.period_start, p.period_end, m.person, m.sent_at::DATE, m.person_age, m.municipality_code, false
  FROM lake.core.discharge_messages AS m
  JOIN periods AS p ON m.sent_at::DATE BETWEEN p.period_start AND p.period_end
  WHERE m.message IN ('planning_call', 'planning_meeting')
  UNION ALL
  SELECT p.period_start, p.period_end, a.person, a.assessed_at::DATE, a.person_age, a.municipality_code, false
  FROM lake.core.assessments AS a
  JOIN periods AS p ON a.assessed_at::DATE BETWEEN p.period_start AND p.period_end
  UNION ALL
  SELECT p.period_start, p.period_end, e.person, greatest(e.valid_from, p.period_start), e.person_age,
    e.municipality_code, true
  FROM lake.core.enrolments AS e
  JOIN periods AS p ON e.valid_from <= p.period_end AND coalesce(e.valid_to, p.period_end) >= p.period_start
    AND e.month BETWEEN p.period_start AND p.period_end + INTERVAL 2 MONTH
  WHERE e.living = 'ordinary'
),
known AS (
  SELECT period_start, period_end, person_key, max(day) AS day, max(day) FILTER (at_home) AS home_day,
    first(age ORDER BY day DESC, age DESC) FILTER (age IS NOT NULL) AS age,
    first(municipality_code ORDER BY day DESC, municipality_code) FILTER (municipality_code IS NOT NULL)
      AS municipality_code
  FROM events GROUP BY period_start, period_end, person_key
),
-- The visits that decide: those of the period, and where there are none those after it that came in time.
deciding AS (
  SELECT p.period_start, p.period_end, v.person_key, v.month <= p.period_end AS in_period, v.principal, v.started_at,
    v.residence_municipality_code AS municipality_code, nullif(v.health_centre_id, 'unknown') AS health_centre
  FROM lake.core.visits AS v
  JOIN periods AS p ON v.month BETWEEN p.period_start AND p.period_end + 1
  LEFT JOIN known AS k
    ON k.period_start = p.period_start AND k.period_end = p.period_end AND k.person_key = v.person_key
  WHERE v.place = 'home' AND v.living = 'ordinary'
    AND (v.month <= p.period_end OR v.started_at::DATE <= k.day + p.contact_days)
  QUALIFY in_period OR NOT bool_or(in_period) OVER (PARTITION BY p.period_start, p.period_end, v.person_key)
),
visited AS (
  SELECT period_start, period_end, person_key, count(*) FILTER (in_period) AS visits,
    CASE WHEN count(DISTINCT principal) > 1 THEN 'both' ELSE 'only_' || min(principal) END AS gap_group,
    first(municipality_code ORDER BY started_at DESC, municipality_code) AS municipality_code,
    first(health_centre ORDER BY started_at DESC, health_centre) FILTER (health_centre IS NOT NULL) AS health_centre
  FROM deciding GROUP BY period_start, period_end, person_key
),
within_boundary AS (
  SELECT DISTINCT c.period_start, c.period_end, c.person_key
  FROM combinations AS c
  JOIN periods AS p ON p.period_start = c.period_start AND p.period_end = c.period_end
  JOIN boundaries AS b ON b.combination = c.combination AND b.scenario = p.scenario AND b.failing IS NULL
  WHERE c.place = 'home' AND c.living = 'ordinary'
),
-- Persons without visits are judged by the boundary's ages alone: of the other attributes there is nothing to ask.
ages AS (
  SELECT scenario, attribute, coalesce(list(value ORDER BY value) FILTER (holds), []) AS taken
  FROM hemvard_conditions WHERE attribute IN ('age', 'age_group') GROUP BY scenario, attribute
),
outside_ages AS (
  SELECT DISTINCT k.period_start, k.period_end, k.person_key
  FROM known AS k
  JOIN periods AS p ON p.period_start = k.period_start AND p.period_end = k.period_end
  JOIN ages AS a ON a.scenario = p.scenario AND NOT list_contains(a.taken, CASE
    WHEN k.age IS NULL THEN 'unknown' WHEN a.attribute = 'age' THEN k.age::VARCHAR
    WHEN k.age < 18 THEN '0-17' WHEN k.age < 19 THEN '18' WHEN k.age < 65 THEN '19-64' WHEN k.age < 80 THEN '65-79'
    WHEN k.age < 90 THEN '80-89' ELSE '90+' END)
),
dead AS (
  SELECT period_start, period_end, person_key FROM stays
  WHERE discharged_to = 'deceased' AND day <= period_end + contact_days
  UNION
  SELECT p.period_start, p.period_end, e.person
  FROM lake.core.emergency_visits AS e
  JOIN periods AS p
    ON e.month >= p.period_start - INTERVAL 12 MONTH AND e.arrived_at::DATE <= p.period_end + p.contact_days
  WHERE e.outcome = 'deceased'
),
-- The latest sign in the period of a life in special housing.
special_housing AS (
  SELECT period_start, period_end, person_key, max(day) AS day
  FROM (
    SELECT p.period_start, p.period_end, v.person_key, v.started_at::DATE AS day
    FROM lake.core.visits AS v JOIN periods AS p ON v.month BETWEEN p.period_start AND p.period_end
    WHERE v.living = 'special_housing'
    UNION ALL
    SELECT p.period_start, p.period_end, e.person, least(coalesce(e.valid_to, p.period_end), p.period_end)
    FROM lake.core.enrolments AS e
    JOIN periods AS p ON e.valid_from <= p.period_end AND coalesce(e.valid_to, p.period_end) >= p.period_start
    WHERE e.living = 'special_housing'
    UNION ALL
    SELECT period_start, period_end, person_key, day
    FROM stays WHERE discharged_to = 'special_housing' AND day BETWEEN period_start AND period_end
  ) AS signs
  GROUP BY period_start, period_end, person_key
),
not_to_be_seen AS (
  SELECT period_start, period_end, person_key FROM dead
  UNION
  SELECT s.period_start, s.period_end, s.person_key
  FROM special_housing AS s
  JOIN known AS k USING (period_start, period_end, person_key)
  WHERE k.home_day IS NULL OR s.day >= k.home_day
),
listed AS (
  SELECT p.period_start, p.period_end, l.person AS person_key,
    first(l.health_centre ORDER BY l.month, l.valid_from DESC, l.health_centre) AS health_centre
  FROM lake.core.listings AS l
  JOIN periods AS p ON p.period_end BETWEEN l.valid_from AND coalesce(l.valid_to, p.period_end)
    AND l.month BETWEEN date_trunc('month', p.period_end) AND p.period_end + INTERVAL 2 MONTH
  GROUP BY p.period_start, p.period_end, l.person
),
grouped AS (
  SELECT v.period_start, v.period_end, v.person_key, v.gap_group, v.visits,
    CASE WHEN v.visits > 0 THEN w.person_key IS NOT NULL ELSE o.person_key IS NULL END AS is_municipal,
    v.municipality_code, v.health_centre
  FROM visited AS v
  LEFT JOIN within_boundary AS w USING (period_start, period_end, person_key)
  LEFT JOIN outside_ages AS o USING (period_start, period_end, person_key)
  UNION ALL
  SELECT k.period_start, k.period_end, k.person_key, 'neither', 0, o.person_key IS NULL,
    k.municipality_code, NULL
  FROM known AS k
  LEFT JOIN outside_ages AS o USING (period_start, period_end, person_key)
  LEFT JOIN visited AS v USING (period_start, period_end, person_key)
  LEFT JOIN not_to_be_seen AS n USING (period_start, period_end, person_key)
  WHERE v.person_key IS NULL AND n.person_key IS NULL
),
cells AS (
  SELECT g.period_start, g.period_end, coalesce(g.municipality_code, 'all') AS municipality_code,
    coalesce(g.health_centre, 'all') AS health_centre, g.gap_group,
    CASE WHEN g.is_municipal THEN 'municipality' ELSE 'region' END AS agreed_principal,
    count(*) AS patients, sum(g.visits)::BIGINT AS visits
  FROM (
    SELECT period_start, period_end, gap_group, is_municipal, visits,
      coalesce(municipality_code, '9999') AS municipality_code,
      coalesce(grouped.health_centre, listed.health_centre, 'unknown') AS health_centre
    FROM grouped LEFT JOIN listed USING (period_start, period_end, person_key)
  ) AS g
  GROUP BY g.period_start, g.period_end, g.gap_group, g.is_municipal, CUBE (g.municipality_code, g.health_centre)
),
ranked AS (
  SELECT c.period_start, c.period_end, c.municipality_code, c.health_centre, c.gap_group, c.agreed_principal,
    p.agreement, c.patients, c.visits, q.priority,
    q.priority IS NOT NULL AND c.municipality_code <> 'all' AND c.health_centre <> 'all' AS is_ranked
  FROM cells AS c
  JOIN periods AS p USING (period_start, period_end)
  LEFT JOIN hemvard_gap_priorities AS q
    ON q.agreement = p.agreement AND q.gap_group = c.gap_group AND q.agreed_principal = c.agreed_principal
)
SELECT period_start, period_end, municipality_code, health_centre, gap_group, agreed_principal, agreement, patients,
  visits, priority,
  CASE WHEN is_ranked THEN row_number() OVER (PARTITION BY period_start, period_end, is_ranked
    ORDER BY priority, patients DESC, municipality_code, health_centre)::DOUBLE END AS priority_rank,
  'ok' AS status
FROM ranked
