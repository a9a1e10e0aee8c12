"""Manekko: a person dances in a video; a character dances the same dance."""
