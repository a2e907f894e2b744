"""The formulas of tax shift and equalisation: exact, pure functions, each with its source."""
