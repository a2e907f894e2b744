"""The documents for leadership: three reports as PDF and Word, and a sheet for each municipality."""
