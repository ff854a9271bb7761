"""The demo catalog, and the main job without a browser: `make demo`."""
