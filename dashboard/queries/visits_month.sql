-- A row is a month, a municipality or all, a care form and a place; planned and unplanned together.
-- From: volumes.visits_month
-- By: CONTRACT, counting rules: home health care at home = hemsjukvårdsbesök, outpatient at home = hembesök
SELECT period, municipality_code, care_form, place, visits, patients, status
FROM volumes.visits_month
WHERE planned = 'all' AND (municipality_code = 'all' OR place IN ('home', 'all'))
ORDER BY period, municipality_code, care_form, place
