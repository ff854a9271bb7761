"""Groups and projects, and who may do what in them."""
