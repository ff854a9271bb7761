"""The steps of the state machine, one module per state. Every step may run twice and says its outcome as a value."""
