"""Keypoints to 3D joint positions in a gravity-aligned world."""
