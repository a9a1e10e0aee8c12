// Endings that the file dialogues offer.

export const MODEL_FILES = ".pmx,.pmd,.vrm,.zip";
export const MOTION_FILES = ".vmd,.vpd";
export const SOUND_FILES = ".wav,.mp3,audio/*";
export const VIDEO_FILES = "video/*";
