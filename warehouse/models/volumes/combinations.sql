-- A row is a row of the cube in a window, with what the boundaries ask of it as one text: its combination.
-- From: volumes.cube; hemvard_conditions, hemvard_scenarios
-- By: a combination says which boundaries are valid that month, and the attributes that some boundary has a condition
-- on, as name=value with spaces between. Many rows have the same one, so that each is judged once (boundaries.sql).
WITH months AS (
  SELECT m.month, string_agg('valid=' || s.scenario, ' ' ORDER BY s.position) AS valid
  FROM (
    SELECT DISTINCT unnest(generate_series(period_start, period_end, INTERVAL 1 MONTH))::DATE AS month
    FROM hemvard_windows
  ) AS m
  JOIN hemvard_scenarios AS s ON m.month BETWEEN s.first_month AND s.last_month
  GROUP BY m.month
),
asked AS (
  SELECT
    bool_or(attribute = 'principal') AS principal, bool_or(attribute = 'living') AS living,
    bool_or(attribute = 'care_form') AS care_form, bool_or(attribute = 'place') AS place,
    bool_or(attribute = 'planned') AS planned, bool_or(attribute = 'visit_kind') AS visit_kind,
    bool_or(attribute = 'acute') AS acute, bool_or(attribute = 'provider_level') AS provider_level,
    bool_or(attribute = 'profession') AS profession, bool_or(attribute = 'part_of_day') AS part_of_day,
    bool_or(attribute = 'day_type') AS day_type, bool_or(attribute = 'age') AS age,
    bool_or(attribute = 'age_group') AS age_group, bool_or(attribute = 'sex') AS sex,
    bool_or(attribute = 'palliative') AS palliative, bool_or(attribute = 'dementia') AS dementia,
    bool_or(attribute = 'rehabilitation') AS rehabilitation,
    bool_or(attribute = 'assistive_devices') AS assistive_devices, bool_or(attribute = 'delegated') AS delegated,
    bool_or(attribute = 'distance') AS distance, bool_or(attribute = 'enrolled') AS enrolled
  FROM hemvard_conditions
)
SELECT w.period_start, w.period_end, c.month, c.person_key, c.residence_municipality_code, c.serving_municipality_code,
  c.living, c.place, c.planned, c.visit_kind, c.profession, c.visits, c.minutes, c.visits_with_minutes,
  concat_ws(' ', m.valid,
    CASE WHEN a.principal THEN 'principal=' || c.principal END,
    CASE WHEN a.living THEN 'living=' || c.living END,
    CASE WHEN a.care_form THEN 'care_form=' || c.care_form END,
    CASE WHEN a.place THEN 'place=' || c.place END,
    CASE WHEN a.planned THEN 'planned=' || c.planned END,
    CASE WHEN a.visit_kind THEN 'visit_kind=' || c.visit_kind END,
    CASE WHEN a.acute THEN 'acute=' || c.acute END,
    CASE WHEN a.provider_level THEN 'provider_level=' || c.provider_level END,
    CASE WHEN a.profession THEN 'profession=' || c.profession END,
    CASE WHEN a.part_of_day THEN 'part_of_day=' || c.part_of_day END,
    CASE WHEN a.day_type THEN 'day_type=' || c.day_type END,
    CASE WHEN a.age THEN 'age=' || c.age END,
    CASE WHEN a.age_group THEN 'age_group=' || c.age_group END,
    CASE WHEN a.sex THEN 'sex=' || c.sex END,
    CASE WHEN a.palliative THEN 'palliative=' || c.palliative END,
    CASE WHEN a.dementia THEN 'dementia=' || c.dementia END,
    CASE WHEN a.rehabilitation THEN 'rehabilitation=' || c.rehabilitation END,
    CASE WHEN a.assistive_devices THEN 'assistive_devices=' || c.assistive_devices END,
    CASE WHEN a.delegated THEN 'delegated=' || c.delegated END,
    CASE WHEN a.distance THEN 'distance=' || c.distance END,
    CASE WHEN a.enrolled THEN 'enrolled=' || c.enrolled END
  ) AS combination
FROM lake.volumes.cube AS c
JOIN hemvard_windows AS w ON c.month BETWEEN w.period_start AND w.period_end
LEFT JOIN months AS m ON m.month = c.month
CROSS JOIN asked AS a
