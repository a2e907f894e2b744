"""The lake, its models, the published database and the protection of small numbers."""
