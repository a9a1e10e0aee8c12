"""The whole-clip fit of a body to what was seen: least squares over every frame at once."""
