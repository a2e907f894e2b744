"""Makes a region's deliveries, realistic and messy, from a seed. Nothing that the main job imports."""
