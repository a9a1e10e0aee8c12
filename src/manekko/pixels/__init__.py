"""Warping pictures and drawing on them: OpenCV is imported only here."""
