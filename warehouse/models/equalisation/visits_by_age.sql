-- A row is an age group, 0-64 or 65+: the published visits of a year by the region's inhabitants.
-- From: volumes.by_area
-- By: CONTRACT, volumes.by_area: visits at home in ordinary housing, of the release that is being made. A group that
-- is protected, or in which nobody had a visit, adds nothing; persons of unknown age are in none.
SELECT CASE WHEN age_group IN ('0-18', '19-64') THEN '0-64' ELSE '65+' END AS age_group, sum(visits)::BIGINT AS visits
FROM build.volumes.by_area
WHERE period_start = make_date($year::INTEGER, 1, 1) AND period_end = make_date($year::INTEGER, 12, 31)
  AND area_type = 'region' AND measure = 'crude' AND care_form = 'all' AND sex = 'all'
  AND age_group IN ('0-18', '19-64', '65-79', '80-89', '90+') AND visits IS NOT NULL
GROUP BY ALL
