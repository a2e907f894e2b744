-- A row is a source's posts in a year, by municipality where care is given and profession.
-- From: core.staffing
-- By: Kolada N20040 (staff are counted in November): November stands for its year, and where nobody has delivered
-- November, the last month that anybody has. All sources of a year are of the same month, so that staff who change
-- employer in the year are counted once. A headcount that some row lacks is not known.
WITH posts AS (
  SELECT source_id, month, coalesce(municipality_code, '0000') AS municipality_code,
    coalesce(professions[1], 'unknown') AS profession, fte, headcount
  FROM lake.core.staffing
),
months AS (
  SELECT coalesce(max(month) FILTER (month(month) = 11), max(month)) AS month FROM posts GROUP BY year(month)
)
SELECT p.month, p.source_id, p.municipality_code, p.profession, sum(p.fte) AS fte,
  CASE WHEN count(p.headcount) = count(*) THEN sum(p.headcount)::BIGINT END AS headcount
FROM posts AS p
JOIN months AS m ON m.month = p.month
GROUP BY p.month, p.source_id, p.municipality_code, p.profession
ORDER BY p.month, p.source_id, p.municipality_code, p.profession
