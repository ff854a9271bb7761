"""What an export contains, computed without any I/O."""
