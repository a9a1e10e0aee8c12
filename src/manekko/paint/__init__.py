"""People painted as anime characters: maps of a posed body in, pictures of the character out, put into the video."""
