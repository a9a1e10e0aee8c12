"""Pairs of conditions and pictures to learn a character from: drawn of a model, or made of somebody's pictures."""
