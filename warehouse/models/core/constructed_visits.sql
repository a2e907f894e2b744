-- A row is a visit constructed from care actions: a person, a day, a municipality and the lead profession.
-- From: core.care_actions
-- By: HSLF-FS 2017:67 holds actions, several of one visit, without time of day or duration (docs/contracts.md).
-- Never counted: what the municipalities' counted visits are compared with.
SELECT a.source_id, a.month, a.done_on, a.municipality_code, a.person, a.professions[1] AS profession,
  count(*) AS actions
FROM lake.core.care_actions AS a
GROUP BY a.source_id, a.month, a.done_on, a.municipality_code, a.person, a.professions[1]
