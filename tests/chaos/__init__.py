"""The life of an export with a fault in each call of AWS, in each step."""
