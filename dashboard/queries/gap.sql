-- A row is a period, a municipality or all, who cares for the persons and who should; all health centres together.
-- From: volumes.gap
-- By: CONTRACT, volumes.gap
SELECT period_start, period_end, municipality_code, health_centre, gap_group, agreed_principal, agreement, patients,
  visits, priority, priority_rank, status
FROM volumes.gap
ORDER BY period_start, period_end, municipality_code, health_centre, agreed_principal, gap_group
