-- A row is a boundary, an employer, a serving municipality and a profession in the year: posts by one method.
-- From: volumes.staffing
-- By: the published posts, in which no cell rests on few persons. What is hidden has no number of posts.
SELECT s.scenario, s.party, s.municipality_code, s.profession, s.fte, s.basis, s.status
FROM build.volumes.staffing AS s
WHERE s.year = $year AND s.method = $method
ORDER BY s.scenario, s.party, s.municipality_code, s.profession
