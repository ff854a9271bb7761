"""The table of a linelist: its rows, and one writer for each format. Pure: nothing here knows where rows come from."""
