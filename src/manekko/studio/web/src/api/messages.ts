// Written by `python -m manekko.studio.typescript` from messages.py; edit that.

export interface Span {
    readonly start_s: number;
    readonly end_s: number;
}

export interface Notice {
    readonly text: string;
    readonly span: Span | null;
}

export interface Strips {
    readonly confidence: readonly number[];
    readonly confidence_per_s: number;
    readonly left_foot: readonly Span[];
    readonly right_foot: readonly Span[];
    readonly notices: readonly Notice[];
}

export interface Media {
    readonly name: string;
    readonly url: string;
    readonly start_s: number;
}

export interface SourceCamera {
    readonly position: readonly [number, number, number];
    readonly rotation_xyzw: readonly [number, number, number, number];
    readonly view_height_rad: number;
    readonly aspect: number;
    readonly rotations_xyzw: readonly (readonly [number, number, number, number])[];
    readonly view_heights_rad: readonly number[];
}

export interface Character {
    readonly name: string;
    readonly url: string;
    readonly beside: readonly string[];
}

export interface Dancer {
    readonly name: string;
    readonly motion: Media | null;
    readonly character: Character;
    readonly strips: Strips | null;
    readonly camera: SourceCamera | null;
    readonly group: number;
}

export interface Download {
    readonly name: string;
    readonly url: string;
    readonly what: string;
    readonly size_bytes: number;
}

export interface Programme {
    readonly version: string;
    readonly title: string;
    readonly dancers: readonly Dancer[];
    readonly sound: Media | null;
    readonly video: Media | null;
    readonly preview: Media | null;
    readonly camera: Media | null;
    readonly report_url: string | null;
    readonly downloads: readonly Download[];
    readonly characters: readonly Character[];
}

export interface Stored {
    readonly id: string;
}

export interface Refusal {
    readonly error: string;
}
