"""Warping pictures and drawing on them: OpenCV is imported only here."""

import cv2

# Callers run one worker a core; OpenCV's own threads would only fight them, and results must not depend on cores.
cv2.setNumThreads(1)
