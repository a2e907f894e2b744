-- A row is a month, a person and a combination of attributes of visits that count; never published.
-- From: core.visits
-- By: care_form and place tell the kind of visit (CONTRACT, counting rules): home health care at home is
-- hemsjukvårdsbesök, outpatient care at home is hembesök. Boundaries are computed from this, not from the visits.
-- window: month, on month
WITH counted AS (
  SELECT w.period_start AS month, v.person_key, v.residence_municipality_code, v.serving_municipality_code,
    coalesce(v.care_unit_id, 'unknown') AS care_unit_id, v.health_centre_id, v.principal, v.living, v.care_form,
    v.place, v.planned,
    CASE
      WHEN v.place NOT IN ('home', 'unknown') OR v.care_form = 'inpatient' THEN 'other'
      WHEN v.place = 'unknown' THEN 'unknown'
      WHEN v.care_form = 'home_health_care' THEN 'home_health_care'
      WHEN v.planned = 'unknown' THEN 'unknown'
      ELSE v.planned || '_home_visit'
    END AS visit_kind,
    v.acute, v.provider_level, v.profession, v.part_of_day, v.day_type, coalesce(v.age::VARCHAR, 'unknown') AS age,
    v.age_group, v.sex, v.palliative, v.dementia, v.rehabilitation, v.assistive_devices, v.delegated, v.distance,
    v.enrolled, v.minutes
  FROM lake.core.visits AS v
  JOIN hemvard_windows AS w ON v.month = w.period_start
)
SELECT month, person_key, residence_municipality_code, serving_municipality_code, care_unit_id, health_centre_id,
  principal, living, care_form, place, planned, visit_kind, acute, provider_level, profession, part_of_day, day_type,
  age, age_group, sex, palliative, dementia, rehabilitation, assistive_devices, delegated, distance, enrolled,
  count(*) AS visits, coalesce(sum(minutes), 0)::BIGINT AS minutes, count(minutes) AS visits_with_minutes
FROM counted
GROUP BY ALL
