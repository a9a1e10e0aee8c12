"""Motions, their clean-up, retargeting and figures of quality."""
