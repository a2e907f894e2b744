-- A row is a year, a care form, planned or not, and an age group, of visits at home in ordinary housing.
-- From: volumes.region_totals
-- By: CONTRACT, volumes.region_totals; the figures of document 004
SELECT year, care_form, planned, age_group, visits, patients, status
FROM volumes.region_totals
WHERE place = 'home' AND age_group IN ('all', '0-18')
ORDER BY year, care_form, planned, age_group
