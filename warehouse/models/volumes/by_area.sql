-- A row is a period, an area, a care form, an age group, a sex and a measure; `all` rows are totals.
-- From: volumes.cube, volumes.population, core.listings; hemvard_areas
-- By: CONTRACT, volumes.by_area; docs/maths.md, Volumes per inhabitant. Visits at home in ordinary housing.
-- Those of residents alone: 9998 (outside the county) and 9999 (unknown) have no inhabitants here, and are left out.
-- A health centre's are the visits of those listed there that day, wherever they live, and its population those listed
-- on the period's last day, as the first extract of that month or the two after it tells (core/visits.sql); their
-- ages are those of the extract. Where an area's population isn't whole it is missing, never a part of it.
-- Persons of unknown age or sex are in `all` alone, and not in the standardised value; standardised rows repeat the
-- visits of the crude ones. A month has the totals and the care forms alone. Without a visit there is no row.
-- window: monthly, on period_start
WITH spans AS (
  SELECT period_start, period_end, year(period_end)::SMALLINT AS year,
    date_trunc('month', period_start) = date_trunc('month', period_end) AS is_month
  FROM hemvard_windows
),
persons AS (
  SELECT s.period_start, s.period_end, c.person_key, c.residence_municipality_code AS municipality_code,
    c.health_centre_id, c.care_form, c.sex,
    CASE WHEN c.age_group IN ('0-17', '18') THEN '0-18' ELSE c.age_group END AS age_group,
    sum(c.visits) AS visits, sum(CASE WHEN c.planned = 'unplanned' THEN c.visits ELSE 0 END) AS unplanned_visits,
    sum(c.minutes) AS minutes, sum(c.visits_with_minutes) AS visits_with_minutes
  FROM lake.volumes.cube AS c
  JOIN spans AS s ON c.month BETWEEN s.period_start AND s.period_end
  WHERE c.place = 'home' AND c.living = 'ordinary'
  GROUP BY ALL
),
of_areas AS (
  SELECT municipality_code, area_type, area_code FROM hemvard_areas WHERE municipality_code NOT IN ('9998', '9999')
),
placed AS (
  SELECT p.period_start, p.period_end, a.area_type, a.area_code, p.care_form, p.age_group, p.sex, p.person_key,
    p.visits, p.unplanned_visits, p.minutes, p.visits_with_minutes
  FROM persons AS p JOIN of_areas AS a ON a.municipality_code = p.municipality_code
  UNION ALL
  SELECT period_start, period_end, 'health_centre', health_centre_id, care_form, age_group, sex, person_key,
    visits, unplanned_visits, minutes, visits_with_minutes
  FROM persons WHERE health_centre_id <> 'unknown'
),
counted AS (
  SELECT period_start, period_end, area_type, area_code, coalesce(care_form, 'all') AS care_form,
    coalesce(age_group, 'all') AS age_group, coalesce(sex, 'all') AS sex, sum(visits)::BIGINT AS visits,
    sum(unplanned_visits)::BIGINT AS unplanned_visits,
    count(DISTINCT person_key) FILTER (unplanned_visits > 0) AS unplanned_patients,
    count(DISTINCT person_key) AS patients,
    sum(minutes)::BIGINT AS minutes, sum(visits_with_minutes)::BIGINT AS visits_with_minutes
  FROM placed
  GROUP BY period_start, period_end, area_type, area_code,
    GROUPING SETS ((), (care_form), (age_group), (sex), (age_group, sex), (care_form, age_group))
  HAVING coalesce(age_group, 'all') <> 'unknown' AND coalesce(sex, 'all') <> 'unknown'
),
bands AS (
  SELECT unnest(['0-18', '19-64', '65-79', '80-89', '90+']) AS age_group
),
inhabitants AS (
  SELECT p.year, p.municipality_code, p.sex, p.persons, p.basis,
    CASE WHEN p.age <= 18 THEN '0-18' WHEN p.age <= 64 THEN '19-64' WHEN p.age <= 79 THEN '65-79'
      WHEN p.age <= 89 THEN '80-89' ELSE '90+' END AS age_group
  FROM lake.volumes.population AS p
  WHERE p.year IN (SELECT year FROM spans) OR p.year = $standard_year::SMALLINT
),
whole_areas AS (
  SELECT known.year, a.area_type, a.area_code
  FROM of_areas AS a
  CROSS JOIN (SELECT DISTINCT year FROM inhabitants) AS known
  LEFT JOIN (SELECT DISTINCT year, municipality_code FROM inhabitants) AS i
    ON i.year = known.year AND i.municipality_code = a.municipality_code
  GROUP BY known.year, a.area_type, a.area_code
  HAVING count(*) = count(i.municipality_code)
),
residents AS (
  SELECT i.year, w.area_type, w.area_code, coalesce(i.age_group, 'all') AS age_group, coalesce(i.sex, 'all') AS sex,
    sum(i.persons)::BIGINT AS population,
    CASE WHEN bool_and(i.basis = 'official') THEN 'official' ELSE 'illustrative' END AS basis
  FROM inhabitants AS i
  JOIN of_areas AS a ON a.municipality_code = i.municipality_code
  JOIN whole_areas AS w ON w.year = i.year AND w.area_type = a.area_type AND w.area_code = a.area_code
  GROUP BY i.year, w.area_type, w.area_code, CUBE (i.age_group, i.sex)
),
listed AS (
  SELECT e.period_end, l.health_centre, l.person, l.sex_of_id AS sex,
    CASE WHEN l.person_age IS NULL THEN 'unknown' WHEN l.person_age <= 18 THEN '0-18'
      WHEN l.person_age <= 64 THEN '19-64' WHEN l.person_age <= 79 THEN '65-79' WHEN l.person_age <= 89 THEN '80-89'
      ELSE '90+' END AS age_group
  FROM lake.core.listings AS l
  JOIN (SELECT DISTINCT period_end FROM spans) AS e
    ON l.month BETWEEN date_trunc('month', e.period_end) AND date_trunc('month', e.period_end) + INTERVAL 2 MONTH
    AND e.period_end BETWEEN l.valid_from AND coalesce(l.valid_to, DATE '9999-12-31')
  QUALIFY row_number() OVER (
    PARTITION BY e.period_end, l.person ORDER BY l.month, l.valid_from DESC, l.health_centre
  ) = 1
),
people AS (
  SELECT e.period_end, r.area_type, r.area_code, r.age_group, r.sex, r.population, r.basis
  FROM residents AS r JOIN (SELECT DISTINCT period_end, year FROM spans) AS e ON e.year = r.year
  UNION ALL
  SELECT period_end, 'health_centre', health_centre, coalesce(age_group, 'all'), coalesce(sex, 'all'),
    count(DISTINCT person), 'delivered'
  FROM listed GROUP BY period_end, health_centre, CUBE (age_group, sex)
),
standard AS (
  SELECT b.age_group, coalesce(r.population, 0) AS population, every.population AS of_all, every.basis
  FROM bands AS b
  JOIN residents AS every ON every.year = $standard_year::SMALLINT AND every.area_type = 'region'
    AND every.area_code = $region_code AND every.age_group = 'all' AND every.sex = 'all'
  LEFT JOIN residents AS r ON r.year = every.year AND r.area_type = every.area_type
    AND r.area_code = every.area_code AND r.age_group = b.age_group AND r.sex = 'all'
),
crude AS (
  SELECT c.period_start, c.period_end, c.area_type, c.area_code, c.care_form, c.age_group, c.sex, c.visits,
    c.unplanned_visits, c.unplanned_patients, c.patients, c.minutes, c.visits_with_minutes, every.basis,
    CASE WHEN every.population IS NOT NULL THEN coalesce(own.population, 0) END AS population
  FROM counted AS c
  LEFT JOIN people AS every ON every.period_end = c.period_end AND every.area_type = c.area_type
    AND every.area_code = c.area_code AND every.age_group = 'all' AND every.sex = 'all'
  LEFT JOIN people AS own ON own.period_end = c.period_end AND own.area_type = c.area_type
    AND own.area_code = c.area_code AND own.age_group = c.age_group AND own.sex = c.sex
),
-- Each band's contribution, to 12 decimals: exact sums, so that no order of additions can matter.
weighted AS (
  SELECT t.period_start, t.period_end, t.area_type, t.area_code, t.care_form, s.of_all, s.basis,
    coalesce(own.population, 0) = 0 AND s.population > 0 AS is_empty,
    (1000 * s.population * coalesce(c.visits, 0) / nullif(own.population, 0))::DECIMAL(38, 12) AS visits_part,
    (1000 * s.population * coalesce(c.patients, 0) / nullif(own.population, 0))::DECIMAL(38, 12) AS patients_part
  FROM crude AS t
  CROSS JOIN standard AS s
  LEFT JOIN counted AS c ON c.period_start = t.period_start AND c.period_end = t.period_end
    AND c.area_type = t.area_type AND c.area_code = t.area_code AND c.care_form = t.care_form
    AND c.age_group = s.age_group AND c.sex = 'all'
  LEFT JOIN people AS own ON own.period_end = t.period_end AND own.area_type = t.area_type
    AND own.area_code = t.area_code AND own.age_group = s.age_group AND own.sex = 'all'
  WHERE t.age_group = 'all' AND t.sex = 'all'
),
standardised AS (
  SELECT period_start, period_end, area_type, area_code, care_form, of_all, basis, bool_or(is_empty) AS has_empty_band,
    sum(visits_part) AS visits_part, sum(patients_part) AS patients_part
  FROM weighted
  GROUP BY ALL
),
rates AS (
  SELECT c.period_start, c.period_end, c.area_type, c.area_code, c.care_form, c.age_group, c.sex, 'crude' AS measure,
    1000 * c.visits / nullif(c.population, 0) AS value, 1000 * c.patients / nullif(c.population, 0) AS patients_value,
    c.visits, c.unplanned_visits, c.patients, c.minutes, c.visits_with_minutes, c.population,
    NULL AS standard_population, c.basis, c.unplanned_patients,
    CASE WHEN c.population IS NULL THEN 'missing' WHEN c.population = 0 THEN 'not_applicable' ELSE 'ok' END AS status
  FROM crude AS c JOIN spans AS p ON p.period_start = c.period_start AND p.period_end = c.period_end
  WHERE NOT p.is_month OR (c.age_group = 'all' AND c.sex = 'all')
  UNION ALL
  SELECT c.period_start, c.period_end, c.area_type, c.area_code, c.care_form, c.age_group, c.sex, 'standardised',
    CASE WHEN NOT s.has_empty_band THEN s.visits_part / s.of_all END,
    CASE WHEN NOT s.has_empty_band THEN s.patients_part / s.of_all END,
    c.visits, c.unplanned_visits, c.patients, c.minutes, c.visits_with_minutes, c.population,
    'region ' || $region_code || ', ' || make_date($standard_year::INTEGER, 12, 31)::VARCHAR,
    CASE WHEN 'illustrative' IN (c.basis, s.basis) THEN 'illustrative' ELSE c.basis END, c.unplanned_patients,
    CASE WHEN c.population IS NULL OR s.of_all IS NULL THEN 'missing' WHEN s.has_empty_band THEN 'not_applicable'
      ELSE 'ok' END
  FROM crude AS c
  LEFT JOIN standardised AS s ON s.period_start = c.period_start AND s.period_end = c.period_end
    AND s.area_type = c.area_type AND s.area_code = c.area_code AND s.care_form = c.care_form
  WHERE c.age_group = 'all' AND c.sex = 'all'
)
SELECT period_start, period_end, area_type, area_code, care_form, age_group, sex, measure, value, patients_value,
  visits, unplanned_visits, patients, minutes, visits_with_minutes, population, standard_population, basis,
  unplanned_patients, 'ok' AS unplanned_status, status
FROM rates
