"""What a region is: typed models that read a folder of YAML and CSV."""
