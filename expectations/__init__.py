"""What must be true: each rule once, as data."""
