"""The equalisation tables: from costs and parameters to tax shift, effects and what municipalities even out."""
