"""A module for each page of the site: what it shows. How it looks, and its words, stand in the page's template."""
