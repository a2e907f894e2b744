"""The steps of the main job, a module each: thin tasks around plain functions."""
