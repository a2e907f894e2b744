"""Erasing a person: who that is, where rows of him or her lie, and how each place loses them and nothing else."""
