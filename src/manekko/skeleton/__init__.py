"""Rotations, the canonical humanoid, target rigs and their kinematics."""
