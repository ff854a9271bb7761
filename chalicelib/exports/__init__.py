"""An export from wish to removal."""
