"""The figure, the dance, the picture and the music of ``dance.mp4``."""
