-- A row is a finding of this release, or one of the release before that stands no longer.
-- From: hemvard_findings, hemvard_known
-- By: CONTRACT, quality.changes. What is new has no first release yet: the release gets its id when it is whole.
SELECT coalesce(f.rule_id, k.rule_id) AS rule_id, coalesce(f.source_id, k.source_id) AS source_id,
  coalesce(f.subject, k.subject) AS subject, coalesce(f.month, k.month) AS month,
  coalesce(f.severity, k.severity) AS severity,
  CASE WHEN k.rule_id IS NULL THEN 'new' WHEN f.rule_id IS NULL THEN 'resolved' ELSE 'persisting' END AS state,
  k.first_release,
  CASE WHEN f.rule_id IS NULL THEN k.observed ELSE f.observed END AS observed,
  CASE WHEN f.rule_id IS NULL THEN k.expected ELSE f.expected END AS expected,
  coalesce(f.message_sv, k.message_sv) AS message_sv, coalesce(f.reference, k.reference) AS reference
FROM hemvard_findings AS f
FULL JOIN hemvard_known AS k
  ON k.rule_id = f.rule_id AND k.source_id = f.source_id AND k.subject = f.subject AND k.month = f.month
