-- A row is a kind of input and how many of it went into the release.
-- From: meta.inputs
-- By: CONTRACT, meta.inputs
SELECT kind, count(*) AS numbers FROM meta.inputs GROUP BY kind ORDER BY kind
