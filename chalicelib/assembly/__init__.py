"""The steps of the state machine, one module per state. Every step may run twice and returns its outcome as a value."""
