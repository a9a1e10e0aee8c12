"""Frames to keypoints per person: LiteRT is imported only here."""
