"""The HTTP API and the pages: only this package and `app.py` import chalice."""
