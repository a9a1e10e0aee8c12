"""Characters, posed and drawn: models and motions in, pictures out."""
