"""Messages to people, in English and French, as text and HTML."""
