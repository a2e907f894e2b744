-- A row is a parameter and a source of its values: how they are known, and for which years.
-- From: meta.parameters
-- By: CONTRACT, meta.parameters
SELECT parameter, kind, reference, address, min(year) AS first_year, max(year) AS last_year, count(*) AS numbers
FROM meta.parameters
GROUP BY parameter, kind, reference, address
ORDER BY parameter, first_year, kind, reference, address
