-- A row is a sharing, a cost of it, and who pays.
-- From: equalisation.cost_sharing
-- By: docs/maths.md, a project's cost sharing
SELECT cost_sharing, cost_post, party, municipality_code, title_sv, amount_sek, source, basis
FROM equalisation.cost_sharing
ORDER BY cost_sharing, cost_post, party, municipality_code
