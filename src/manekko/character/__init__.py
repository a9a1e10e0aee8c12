"""Manekko's own character: built from numbers, in any proportions, hair and clothes."""
