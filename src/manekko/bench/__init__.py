"""The comparisons of the design's tables, as commands."""
