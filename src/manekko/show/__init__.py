"""Preview video and report of a capture."""
