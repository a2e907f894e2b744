"""Pages: templates, charts and texts, made from published tables alone."""
