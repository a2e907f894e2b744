-- A row is an official series that has been fetched.
-- From: quality.official_series
-- By: CONTRACT, the published database
SELECT title_sv, publisher_sv, first_month, last_month, retrieved_at, note_sv FROM quality.official_series ORDER BY title_sv, source_id
