"""One module a file format: bytes to values and back."""
