"""Requests and answers: one module per resource. Only this room and `app.py` know chalice."""
