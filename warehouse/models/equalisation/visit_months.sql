-- A row is a month of the year that has any visits.
-- From: volumes.cube
-- By: a part of a year is never sold as a year; each month must be there.
SELECT DISTINCT month
FROM lake.volumes.cube
WHERE year(month) = $year
ORDER BY month
