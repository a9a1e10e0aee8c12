// The page's pictograms: strokes on a grid of 24, in the colour of the text. They say nothing by themselves: what
// they stand on has the name.

const SHAPES = {
    add: "M12 5v14M5 12h14",
    camera: "M4 8h3l1.5-2h7L17 8h3v11H4zM12 10.2a3.2 3.2 0 1 0 .01 0",
    check: "M5 12.5l4.5 4.5L19 7.5",
    close: "M6 6l12 12M18 6L6 18",
    compare: "M4 5h6.5v14H4zM13.5 5H20v14h-6.5z",
    dancers:
        "M9 7.2a2.7 2.7 0 1 0 0-.1M3.5 19c.3-4 2.4-6 5.5-6s5.2 2 5.5 6M15.5 5.2a2.6 2.6 0 0 1 0 4.6M17 13.4c2.1.7 3.3 2.6 3.5 5.6",
    download: "M12 4v11m0 0l-4.5-4.5M12 15l4.5-4.5M5 19.5h14",
    eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 .01 0",
    "eye-off":
        "M4 4l16 16M9.5 6a9 9 0 0 1 2.5-.4c6 0 9.5 6.4 9.5 6.400a17 17 0 0 1-2.8 3.500M6.2 7.600A16 16 0 0 0 2.5 12S6 18.5 12 18.500a9 9 0 0 0 4.3-1.100M10 10.100a2.8 2.8 0 0 0 3.9 3.9",
    file: "M6.5 3.500h7l4 4v13h-11zM13.5 3.500v4h4",
    files: "M4 7.500V18.500h16V8.500h-8.500l-2-2.500H4z",
    folder: "M3.5 18.500v-12h6l2 2.500h9v9.500z",
    "frame-back": "M17 6l-7.5 6 7.5 6zM6.5 6v12",
    "frame-on": "M7 6l7.5 6L7 18zM17.5 6v12",
    full: "M4.5 9V4.500H9M15 4.500h4.500V9M19.5 15v4.500H15M9 19.500H4.500V15",
    globe: "M12 3.500a8.5 8.5 0 1 0 .01 0M3.5 12h17M12 3.500c2.4 2.4 3.6 5.2 3.6 8.500s-1.2 6.1-3.6 8.500c-2.4-2.4-3.6-5.2-3.6-8.500s1.2-6.1 3.6-8.5",
    help: "M12 3.500a8.5 8.5 0 1 0 .01 0M9.6 9.700c.1-1.5 1.1-2.4 2.5-2.400s2.5.9 2.5 2.200c0 1.9-2.6 2-2.6 4M12 16.600v.1",
    moon: "M19.5 14.200A8 8 0 0 1 9.8 4.500a8 8 0 1 0 9.7 9.700z",
    motion: "M13.5 4.500a1.7 1.7 0 1 0 .01 0M5 11l4-2.5 4 1 2.5 3 3.5.5M12.5 10l-2 4.5 3 2.500v4M10.5 14.500L6 19",
    panels: "M3.5 5h17v14h-17zM14.5 5v14",
    pause: "M8 5.500v13M16 5.500v13",
    picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 8.400a1.1 1.1 0 1 0 .01 0",
    play: "M8 5l11 7-11 7z",
    record: "M12 4a8 8 0 1 0 .01 0M12 9a3 3 0 1 0 .01 0",
    repeat: "M4.5 11V9.500a3 3 0 0 1 3-3h11m0 0L15.5 3.500m3 3l-3 3M19.5 13v1.500a3 3 0 0 1-3 3h-11m0 0l3 3m-3-3l3-3",
    report: "M6 3.500h12v17H6zM9 8h6M9 12h6M9 16h3.5",
    sound: "M4 9.500v5h3.500L12 18.500v-13L7.5 9.500zM15.5 9a4 4 0 0 1 0 6M18 6.500a7.5 7.5 0 0 1 0 11",
    "sound-off": "M4 9.500v5h3.500L12 18.500v-13L7.5 9.500zM16 9.500l5 5M21 9.500l-5 5",
    stop: "M7 7h10v10H7z",
    sun: "M12 8a4 4 0 1 0 .01 0M12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M18.7 5.300l-1.4 1.400M6.7 17.300l-1.4 1.4",
    system: "M3.5 5h17v11h-17zM9 20h6M12 16v4",
    "to-start": "M18 6l-8 6 8 6zM6 6v12",
    video: "M3.5 6.500h12v11h-12zM15.5 11l5-3v8l-5-3",
    view: "M12 3.500l8 4.500v8l-8 4.500L4 16V8zM4 8l8 4.500L20 8M12 12.500v8",
    warning: "M12 4l9 15.500H3zM12 10v4.500M12 16.900v.1",
    "zoom-in": "M10.5 4.500a6 6 0 1 0 .01 0M15 15l5 5M10.5 8v5M8 10.500h5",
    "zoom-out": "M10.5 4.500a6 6 0 1 0 .01 0M15 15l5 5M8 10.500h5",
} as const;

export type IconName = keyof typeof SHAPES;

const FILLED: ReadonlySet<IconName> = new Set(["play", "frame-back", "frame-on", "to-start", "stop"]);

export function Icon({ name }: { readonly name: IconName }) {
    return (
        <svg class={FILLED.has(name) ? "icon filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
            <path d={SHAPES[name]} />
        </svg>
    );
}
