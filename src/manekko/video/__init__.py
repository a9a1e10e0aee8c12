"""File to frames and sound, and back: PyAV is imported only here."""
