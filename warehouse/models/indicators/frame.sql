-- A row is a period, an area, a sex and an age group: an indicator's value, its interval and the persons behind it.
-- From: contributions, volumes.population; hemvard_areas
-- By: docs/maths.md, "Indicators: intervals". Wilson (1927) for shares of persons; the ratio estimator with the
-- variance between patients (Cochran, Sampling Techniques, ch. 6) for shares of visits and ratios; compound Poisson
-- on the log scale for events. `contributions` is an indicator's own SQL; this text is the same for all of them.
-- Sums are of whole numbers and DECIMALs; divisions stand last. Groups by sex and age are of the region alone, and
-- none of them has a quotient: kronor and posts have neither sex nor age.
-- Persons who live outside the county or nobody knows where (9998, 9999) are no part of a rate per inhabitant.
SELECT $indicator_id AS indicator_id, $version::SMALLINT AS version, period_start, period_end, area_type, area_code,
  sex, age_group, standardisation, 'own' AS comparison_source, numerator, denominator, numerator_patients,
  denominator_patients, unknown, value, standard_error, ci_low, ci_high, NULL::DOUBLE AS baseline_value,
  NULL::DATE AS baseline_start, NULL::DATE AS baseline_end, NULL::DOUBLE AS target, 'not_assessed' AS signal,
  CASE WHEN 5 * unknown > known + unknown THEN 'not_usable'
    WHEN 20 * unknown > known + unknown THEN 'with_caution' ELSE 'usable' END AS usability,
  NULL::DATE AS source_break, status
FROM (
  WITH valid AS (
    SELECT period_start, period_end, year(period_end) AS year,
      date_diff('month', period_start, period_end) + 1 AS months,
      coalesce(period_start >= $applies_from::DATE, true) AS applies,
      row_number() OVER (ORDER BY period_start, period_end)::INTEGER AS window_id
    FROM hemvard_windows
    WHERE period_start >= $valid_from::DATE AND coalesce(period_end <= $valid_to::DATE, true)
  ),
  the_kind AS (
    SELECT $kind IN ('rate_of_persons', 'rate_of_events') AS is_rate,
      $kind IN ('rate_of_persons', 'share_of_persons') AS is_of_persons, $kind = 'rate_of_events' AS is_of_events
  ),
  areas AS (
    SELECT municipality_code, area_type, area_code,
      dense_rank() OVER (ORDER BY area_type, area_code)::INTEGER AS area_id
    FROM hemvard_areas
  ),
  counted AS MATERIALIZED (
    SELECT w.window_id, c.municipality_code, c.sex, c.age_group, c.person_key, c.numerator, c.denominator, c.unknown
    FROM contributions AS c
    JOIN valid AS w ON w.period_start = c.period_start AND w.period_end = c.period_end AND w.applies
    SEMI JOIN the_kind AS k ON NOT (k.is_rate AND c.municipality_code IN ('9998', '9999'))
  ),
  -- A person who moved, or had a birthday, within the window is one in each row. Numbers for windows and areas, and a
  -- part for each way of grouping, because this is where the time goes.
  by_person AS (
    SELECT c.window_id, a.area_id, 'all' AS sex, 'all' AS age_group, c.person_key,
      sum(c.numerator) AS numerator_sum, max(c.numerator) AS numerator_max, sum(c.denominator) AS denominator_sum,
      max(c.denominator) AS denominator_max, sum(c.unknown) AS unknown_sum
    FROM counted AS c JOIN areas AS a ON a.municipality_code = c.municipality_code
    GROUP BY c.window_id, a.area_id, c.person_key
    UNION ALL
    SELECT c.window_id, a.area_id, c.sex, 'all' AS age_group, c.person_key,
      sum(c.numerator) AS numerator_sum, max(c.numerator) AS numerator_max, sum(c.denominator) AS denominator_sum,
      max(c.denominator) AS denominator_max, sum(c.unknown) AS unknown_sum
    FROM counted AS c JOIN areas AS a ON a.municipality_code = c.municipality_code
    WHERE a.area_type = 'region' AND $kind <> 'quotient'
    GROUP BY c.window_id, a.area_id, c.sex, c.person_key
    UNION ALL
    SELECT c.window_id, a.area_id, 'all' AS sex, c.age_group, c.person_key,
      sum(c.numerator) AS numerator_sum, max(c.numerator) AS numerator_max, sum(c.denominator) AS denominator_sum,
      max(c.denominator) AS denominator_max, sum(c.unknown) AS unknown_sum
    FROM counted AS c JOIN areas AS a ON a.municipality_code = c.municipality_code
    WHERE (a.area_type = 'region' OR $standardised) AND $kind <> 'quotient'
    GROUP BY c.window_id, a.area_id, c.age_group, c.person_key
  ),
  figures AS (
    SELECT p.window_id, p.area_id, p.sex, p.age_group, p.person_key,
      CASE WHEN k.is_of_persons
          THEN (p.numerator_max > 0 AND (k.is_rate OR p.denominator_max > 0))::INTEGER::DECIMAL(18, 4)
        WHEN $counts_persons = 'numerator' AND p.person_key IS NOT NULL THEN p.numerator_max::DECIMAL(18, 4)
        ELSE p.numerator_sum::DECIMAL(18, 4) END AS y,
      CASE WHEN k.is_of_persons THEN (p.denominator_max > 0)::INTEGER::DECIMAL(18, 4)
        WHEN $counts_persons = 'denominator' AND p.person_key IS NOT NULL THEN p.denominator_max::DECIMAL(18, 4)
        ELSE p.denominator_sum::DECIMAL(18, 4) END AS x,
      CASE WHEN k.is_of_persons THEN
          (p.unknown_sum > 0 AND p.denominator_max <= 0 AND (NOT k.is_rate OR p.numerator_max <= 0))::BIGINT
        ELSE p.unknown_sum::BIGINT END AS unknown
    FROM by_person AS p CROSS JOIN the_kind AS k
  ),
  added AS (
    SELECT window_id, area_id, sex, age_group, sum(y) AS y, sum(x) AS x, sum(unknown)::BIGINT AS unknown,
      count(person_key) FILTER (y <> 0) AS numerator_patients,
      count(person_key) FILTER (x <> 0) AS denominator_patients, sum(y * y) AS yy, sum(x * y) AS xy, sum(x * x) AS xx
    FROM figures
    GROUP BY window_id, area_id, sex, age_group
  ),
  sums AS (
    SELECT w.period_start, w.period_end, a.area_type, a.area_code, s.sex, s.age_group, s.y, s.x, s.unknown,
      s.numerator_patients, s.denominator_patients, s.yy, s.xy, s.xx
    FROM added AS s
    JOIN valid AS w ON w.window_id = s.window_id
    JOIN (SELECT DISTINCT area_id, area_type, area_code FROM areas) AS a ON a.area_id = s.area_id
  ),
  aged AS (
    SELECT p.year, p.municipality_code, p.sex, p.persons,
      CASE WHEN p.age < 19 THEN '0-18' WHEN p.age < 65 THEN '19-64' WHEN p.age < 80 THEN '65-79'
        WHEN p.age < 90 THEN '80-89' ELSE '90+' END AS age_group
    FROM lake.volumes.population AS p
    JOIN the_kind AS k ON k.is_rate
    WHERE p.age >= $population_from::INTEGER AND coalesce(p.age <= $population_to::INTEGER, true)
  ),
  -- An area one of whose municipalities lacks its population has none.
  wanted AS (
    SELECT area_type, area_code, count(DISTINCT municipality_code) AS municipalities
    FROM hemvard_areas WHERE municipality_code NOT IN ('9998', '9999') GROUP BY area_type, area_code
  ),
  covered AS (
    SELECT p.year, a.area_type, a.area_code, count(DISTINCT p.municipality_code) AS municipalities
    FROM aged AS p JOIN hemvard_areas AS a ON a.municipality_code = p.municipality_code
    GROUP BY p.year, a.area_type, a.area_code
  ),
  inhabitants AS (
    SELECT p.year, a.area_type, a.area_code, coalesce(p.sex, 'all') AS sex, coalesce(p.age_group, 'all') AS age_group,
      sum(p.persons)::BIGINT AS persons
    FROM aged AS p
    JOIN hemvard_areas AS a ON a.municipality_code = p.municipality_code
    JOIN covered AS c ON c.year = p.year AND c.area_type = a.area_type AND c.area_code = a.area_code
    JOIN wanted AS m ON m.area_type = a.area_type AND m.area_code = a.area_code AND m.municipalities = c.municipalities
    GROUP BY GROUPING SETS ((p.year, a.area_type, a.area_code), (p.year, a.area_type, a.area_code, p.sex),
      (p.year, a.area_type, a.area_code, p.age_group))
  ),
  -- Events are counted by inhabitants and year, so that a month and a year can be compared; persons are not.
  exposure AS (
    SELECT w.window_id, CASE WHEN k.is_of_events THEN w.months / 12 ELSE 1 END AS years
    FROM valid AS w CROSS JOIN the_kind AS k
  ),
  -- The region has a row for every window, and every area a rate where it has inhabitants.
  rows_wanted AS (
    SELECT period_start, period_end, 'region' AS area_type, $region_code AS area_code, 'all' AS sex, 'all' AS age_group
    FROM valid
    UNION
    SELECT period_start, period_end, area_type, area_code, sex, age_group FROM sums
    UNION
    SELECT w.period_start, w.period_end, i.area_type, i.area_code, i.sex, i.age_group
    FROM valid AS w JOIN inhabitants AS i ON i.year = w.year AND w.applies
  ),
  joined AS (
    SELECT r.period_start, r.period_end, r.area_type, r.area_code, r.sex, r.age_group, w.year, w.applies, k.is_rate,
      coalesce(s.y, 0) AS y, coalesce(s.unknown, 0) AS unknown,
      coalesce(s.numerator_patients, 0) AS numerator_patients,
      CASE WHEN k.is_rate THEN i.persons ELSE coalesce(s.denominator_patients, 0) END AS denominator_patients,
      CASE WHEN k.is_rate THEN i.persons * e.years ELSE coalesce(s.x, 0)::DOUBLE END AS x,
      CASE WHEN k.is_rate THEN greatest(coalesce(s.y, 0), coalesce(s.x, 0)) ELSE coalesce(s.x, 0) END AS known,
      coalesce(s.yy, 0)::DOUBLE AS yy, coalesce(s.xy, 0)::DOUBLE AS xy, coalesce(s.xx, 0)::DOUBLE AS xx
    FROM rows_wanted AS r
    JOIN valid AS w ON w.period_start = r.period_start AND w.period_end = r.period_end
    JOIN exposure AS e ON e.window_id = w.window_id
    CROSS JOIN the_kind AS k
    LEFT JOIN sums AS s ON s.period_start = r.period_start AND s.period_end = r.period_end
      AND s.area_type = r.area_type AND s.area_code = r.area_code AND s.sex = r.sex AND s.age_group = r.age_group
    LEFT JOIN inhabitants AS i ON i.year = w.year AND w.applies
      AND i.area_type = r.area_type AND i.area_code = r.area_code AND i.sex = r.sex AND i.age_group = r.age_group
  ),
  -- Of a group whose sex or age nobody knows, no number of inhabitants is known either.
  crude AS (
    SELECT j.*, y::DOUBLE / nullif(x, 0) AS r, nullif(x, 0) AS n, denominator_patients::DOUBLE AS m,
      CASE WHEN NOT applies THEN 'not_applicable' WHEN is_rate AND x IS NULL THEN 'missing'
        WHEN x = 0 THEN 'not_applicable' ELSE 'ok' END AS status
    FROM joined AS j
    WHERE (area_type = 'region' OR sex = 'all' AND age_group = 'all')
      AND NOT (is_rate AND (sex = 'unknown' OR age_group = 'unknown' OR x IS NOT NULL AND x = 0 AND y = 0))
  ),
  spread AS (
    SELECT c.*,
      CASE WHEN $kind IN ('share_of_persons', 'rate_of_persons') THEN sqrt(greatest(0, r * (1 - r)) / n)
        WHEN $kind = 'rate_of_events' THEN sqrt(yy) / n
        WHEN $kind IN ('share_of_visits', 'ratio') AND m > 1
          THEN sqrt(greatest(0, m / (m - 1) * (yy - 2 * r * xy + r * r * xx))) / n END AS se,
      1.959963984540054 AS z
    FROM crude AS c
  ),
  ranged AS (
    SELECT s.*,
      CASE WHEN $kind IN ('share_of_persons', 'rate_of_persons') THEN
          least(r, greatest(0, (r + z * z / (2 * n) - z * sqrt(se * se + z * z / (4 * n * n))) / (1 + z * z / n)))
        WHEN $kind IN ('share_of_visits', 'ratio') THEN greatest(0, r - z * se)
        WHEN $kind = 'rate_of_events' AND y = 0 THEN 0 * n
        WHEN $kind = 'rate_of_events' THEN r * exp(-z * sqrt(yy) / y) END AS low,
      CASE WHEN $kind IN ('share_of_persons', 'rate_of_persons') THEN
          greatest(r, least(1, (r + z * z / (2 * n) + z * sqrt(se * se + z * z / (4 * n * n))) / (1 + z * z / n)))
        WHEN $kind = 'share_of_visits' THEN least(1, r + z * se)
        WHEN $kind = 'ratio' THEN r + z * se
        WHEN $kind = 'rate_of_events' AND y = 0 THEN 3.688879454113936 / n
        WHEN $kind = 'rate_of_events' THEN r * exp(z * sqrt(yy) / y) END AS high
    FROM spread AS s
  ),
  -- Direct standardisation: five bands, each weighed by the standard population; lists, so that their order is given.
  standard AS (
    SELECT age_group, persons FROM inhabitants
    WHERE year = $standard_year::INTEGER AND area_type = 'region' AND sex = 'all' AND age_group <> 'all'
      AND persons > 0 AND $standardised
  ),
  total AS (SELECT sum(persons)::DOUBLE AS persons, count(*) AS bands FROM standard),
  terms AS (
    SELECT w.period_start, w.period_end, i.area_type, i.area_code, count(*) FILTER (i.persons > 0) AS bands,
      list(b.persons / t.persons * coalesce(s.y, 0)::DOUBLE / (nullif(i.persons, 0) * e.years) ORDER BY b.age_group)
        AS rates,
      list((b.persons / t.persons / (nullif(i.persons, 0) * e.years)) ** 2 * coalesce(s.yy, 0)::DOUBLE
        ORDER BY b.age_group) AS variances
    FROM valid AS w
    JOIN exposure AS e ON e.window_id = w.window_id
    JOIN inhabitants AS i ON i.year = w.year AND w.applies AND i.sex = 'all' AND i.age_group <> 'all'
    JOIN standard AS b ON b.age_group = i.age_group
    CROSS JOIN total AS t
    LEFT JOIN sums AS s ON s.period_start = w.period_start AND s.period_end = w.period_end
      AND s.area_type = i.area_type AND s.area_code = i.area_code AND s.sex = 'all' AND s.age_group = i.age_group
    GROUP BY w.period_start, w.period_end, i.area_type, i.area_code
  ),
  standardised AS (
    SELECT r.*, t.bands = a.bands AS is_whole, list_sum(t.rates) AS rate, sqrt(list_sum(t.variances)) AS rate_se
    FROM ranged AS r
    JOIN terms AS t ON t.period_start = r.period_start AND t.period_end = r.period_end
      AND t.area_type = r.area_type AND t.area_code = r.area_code
    CROSS JOIN total AS a
    WHERE r.sex = 'all' AND r.age_group = 'all'
  )
  SELECT period_start, period_end, area_type, area_code, sex, age_group, 'crude' AS standardisation,
    y::DECIMAL(18, 4) AS numerator, x::DECIMAL(18, 4) AS denominator, numerator_patients, denominator_patients,
    unknown, known, $per * r AS value, $per * se AS standard_error,
    CASE WHEN se IS NOT NULL THEN $per * low END AS ci_low, CASE WHEN se IS NOT NULL THEN $per * high END AS ci_high,
    status
  FROM ranged
  UNION ALL
  SELECT period_start, period_end, area_type, area_code, sex, age_group, 'age' AS standardisation,
    y::DECIMAL(18, 4) AS numerator, x::DECIMAL(18, 4) AS denominator, numerator_patients, denominator_patients,
    unknown, known, CASE WHEN is_whole THEN $per * rate END AS value,
    CASE WHEN is_whole THEN $per * rate_se END AS standard_error,
    CASE WHEN is_whole AND rate > 0 THEN $per * rate * exp(-1.959963984540054 * rate_se / rate) END AS ci_low,
    CASE WHEN is_whole AND rate > 0 THEN $per * rate * exp(1.959963984540054 * rate_se / rate) END AS ci_high,
    CASE WHEN is_whole THEN status ELSE 'missing' END AS status
  FROM standardised
) AS results
