// English words of the page; what the other languages must have too.
import type { ProblemCode } from "../../viewer/contract";
import { fileIn, texturesIn, type Values } from "./values";

/** A problem in words: what was found, and what to do. */
export interface ProblemWords {
    readonly found: (values: Values) => string;
    readonly advice: (values: Values) => string;
}

const fileOf = (values: Values): string => `“${fileIn(values)}”`;

const problems: Readonly<Record<ProblemCode, ProblemWords>> = {
    "archive-broken": {
        found: (v) => `The archive ${fileOf(v)} cannot be read.`,
        advice: () => "It is damaged or not a zip. Unpack it yourself and drop the folder.",
    },
    "archive-encrypted": {
        found: (v) => `The archive ${fileOf(v)} is locked with a password.`,
        advice: () => "Unpack it with the password (its readme has it, as a rule) and drop the folder.",
    },
    "archive-unsupported": {
        found: (v) => `The archive ${fileOf(v)} is packed in a way that this page cannot unpack.`,
        advice: () => "Unpack it yourself and drop the folder, or pack it again as a plain zip.",
    },
    "archive-too-large": {
        found: (v) => `The archive ${fileOf(v)} is too large to unpack here.`,
        advice: () => "Unpack it yourself and drop only the model’s folder.",
    },
    "camera-empty": {
        found: (v) => `${fileOf(v)} has no camera keyframes.`,
        advice: () => "Choose a VMD that was saved with the camera selected in MMD.",
    },
    "drawing-unavailable": {
        found: () => "This browser cannot draw in 3D (WebGL 2 is missing or switched off).",
        advice: () => "Turn on hardware acceleration in the browser’s settings, or open the page in another browser.",
    },
    "file-too-large": {
        found: (v) => `${fileOf(v)} is too large.`,
        advice: () => "The page takes files up to 256 MB.",
    },
    "file-unknown": {
        found: (v) => `${fileOf(v)} is of no kind that this page knows.`,
        advice: () => "It takes PMX, PMD, VRM, VMD, VPD, WAV, MP3, video, folders and zips.",
    },
    "model-broken": {
        found: (v) => `The model ${fileOf(v)} cannot be read.`,
        advice: () =>
            "The file is damaged or of another format. Does it open in MMD or PMX Editor? Get it again if not.",
    },
    "model-empty": {
        found: (v) => `The model ${fileOf(v)} has nothing to draw or no bones.`,
        advice: () => "Choose the file of the character itself, not of a stage or an accessory.",
    },
    "motion-broken": {
        found: (v) => `The motion ${fileOf(v)} cannot be read.`,
        advice: () => "The file is damaged or of another format. Save it from MMD again as VMD.",
    },
    "motion-fits-nothing": {
        found: (v) => `The motion ${fileOf(v)} names no bone that this model has.`,
        advice: () => "It was made for another kind of model. Its bones need MMD’s usual names (センター, 上半身 …).",
    },
    "physics-unavailable": {
        found: () => "Physics could not be started, so hair and clothes stay still.",
        advice: () => "The browser must allow WebAssembly. Everything else works without it.",
    },
    "recording-unavailable": {
        found: () => "This browser cannot record the view.",
        advice: () => "Use Chrome, Edge or Firefox, or “manekko render” for an MP4.",
    },
    "server-gone": {
        found: () => "Manekko no longer answers.",
        advice: () => "Start “manekko view” again in the terminal and open the address that it prints.",
    },
    "sound-broken": {
        found: (v) => `The sound ${fileOf(v)} cannot be played.`,
        advice: () => "Save it as WAV or MP3.",
    },
    "textures-missing": {
        found: (v) => `${texturesOf(v)} of ${fileOf(v)} could not be found.`,
        advice: (v) => `${missingOf(v)}Drop the model’s whole folder or zip, not the PMX alone.`,
    },
    "video-broken": {
        found: (v) => `The video ${fileOf(v)} cannot be played.`,
        advice: () => "This browser lacks its codec. Save it as MP4 with H.264 (AVC).",
    },
    "vrm-needs-server": {
        found: (v) => `${fileOf(v)} is a VRM, and its motion is worked out by Manekko itself.`,
        advice: () => "Open the page with “manekko view”, then drop the VRM again.",
    },
};

export const en = {
    title: (clip: string) => (clip === "" ? "Manekko" : `${clip} – Manekko`),
    loading: "Setting the stage …",
    language: "Language",
    theme: { label: "Colours", system: "As the system", light: "Light", dark: "Dark" },
    header: { showPanels: "Show the panels", hidePanels: "Hide the panels", stage: "Stage", panels: "Panels" },
    stage: {
        canvas: "3D view: drag to turn, right drag or two fingers to move, wheel or pinch to come closer",
        video: "Source video",
        full: "Full screen",
        leaveFull: "Leave full screen",
        emptyText: "Drop a motion here (VMD or VPD), a model, or the folder that a capture wrote.",
        noMotion: "No motion yet. Drop a VMD or VPD onto the page.",
        recording: (seconds: string) => `Recording ${seconds}`,
        stopRecording: "Stop and save",
    },
    transport: {
        label: "Playback",
        play: "Play",
        pause: "Pause",
        toStart: "To the start",
        backFrame: "One frame back",
        onFrame: "One frame on",
        speed: "Speed",
        repeat: "Play again and again",
        loop: "Loop",
        clearLoop: "Clear the loop",
        mute: "Mute",
        unmute: "Sound on",
        volume: "Volume",
        frame: "Frame",
        zoomIn: "Time line closer",
        zoomOut: "Time line wider",
    },
    timeline: {
        label: "Time line",
        time: "Time",
        loop: "Loop",
        loopHint: "Drag here to loop a part",
        loopStart: "Start of the loop",
        loopEnd: "End of the loop",
        strips: "What the capture saw",
        confidence: "Confidence",
        feet: "Feet",
        leftFoot: "Left foot on the floor",
        rightFoot: "Right foot on the floor",
        left: "L",
        right: "R",
        notices: "Notices",
        percent: (share: number) => `${Math.round(share * 100)} %`,
    },
    tabs: { label: "Panels", dancers: "Dancers", view: "View", files: "Files", help: "Help" },
    dancers: {
        choose: (name: string) => `Choose ${name}`,
        character: "Model",
        motion: "Motion",
        none: "none",
        openModel: "Open a model (PMX, PMD, VRM, zip)",
        openFolder: "Open a model’s folder",
        openMotion: "Open a motion (VMD, VPD)",
        compare: "Compare with another motion",
        show: (name: string) => `Show ${name}`,
        hide: (name: string) => `Hide ${name}`,
        remove: (name: string) => `Remove ${name}`,
        add: "Add a dancer",
        loading: "Loading …",
        facts: (bones: string, triangles: string, hasPhysics: boolean) =>
            `${bones} bones · ${triangles} triangles${hasPhysics ? " · physics" : ""}`,
        sideBySide: "Side by side",
        sideBySideHint: "Sets the dancers apart, so that two motions can be compared.",
        newName: (number: number) => `Dancer ${number}`,
        notices: (count: number) => (count === 1 ? "1 thing to look at" : `${count} things to look at`),
    },
    view: {
        camera: "Camera",
        cameras: {
            front: "Front",
            side: "Side",
            back: "Back",
            top: "Top",
            face: "Face",
            feet: "Feet",
            follow: "Follow",
            vmd: "VMD camera",
            source: "As filmed",
            free: "Free",
        },
        display: "Display",
        physics: "Physics",
        outline: "Outline",
        shadow: "Shadow",
        floor: "Floor",
        skeleton: "Skeleton",
        backdrop: "Backdrop",
        backdrops: { auto: "Auto", light: "Light", dark: "Dark", none: "Clear" },
        video: "Source video",
        places: { off: "Off", beside: "Beside", behind: "Behind" },
        which: "Show",
        clip: "The clip",
        preview: "The preview",
        noVideo: "No video. Drop one onto the page.",
        openVideo: "Open a video",
        openSound: "Open a sound (WAV, MP3)",
        openCamera: "Open a camera motion (VMD)",
        sound: "Sound",
        noSound: "No sound. Drop a WAV or MP3 onto the page.",
        drawTime: (milliseconds: string) => `${milliseconds} ms a frame`,
    },
    files: {
        written: "What the capture wrote",
        none: "No files yet: this page was opened without a capture’s folder.",
        report: "Report",
        preview: "Preview",
        download: (name: string) => `Download ${name}`,
        make: "Save what is on screen",
        picture: "Picture",
        record: "Record WebM",
        recordHint: "A PNG of the view, or a WebM of it with its sound until you stop.",
    },
    help: {
        keys: "Keyboard",
        actions: {
            play: "Play or pause",
            "back-second": "One second back",
            "on-second": "One second on",
            "back-frame": "One frame back",
            "on-frame": "One frame on",
            "to-start": "To the start",
            "to-end": "To the end",
            slower: "Slower",
            faster: "Faster",
            "loop-from": "Loop from here",
            "loop-to": "Loop up to here",
            "loop-off": "Clear the loop",
            physics: "Physics",
            outline: "Outline",
            shadow: "Shadow",
            floor: "Floor",
            skeleton: "Skeleton",
            video: "Video off, beside, behind",
            mute: "Sound on or off",
            help: "This help",
        },
        camerasKey: "Cameras",
        mouse: "Mouse and touch",
        turn: "Turn: drag",
        move: "Move: right drag, or two fingers",
        zoom: "Closer: wheel, or pinch",
        scrub: "Time line: click or drag; Ctrl + wheel comes closer",
        drop: "What can be dropped",
        dropText:
            "PMX and PMD models as a folder or zip, VRM, motions and camera motions (VMD), poses (VPD), WAV and MP3, video.",
        local: "Everything stays on this computer: the page loads nothing from elsewhere and sends nothing away.",
        version: (version: string) => `Manekko ${version}`,
    },
    drop: {
        title: "Drop it here",
        text: "Models (folder, zip, PMX, PMD, VRM), motions (VMD, VPD), WAV, MP3, video",
        give: (name: string) => `For “${name}”`,
        giveHint: "replaces the model or the motion",
        add: "As a new dancer",
        addHint: "beside those on stage",
        reading: "Reading the files …",
    },
    taken: {
        character: (file: string, dancer: string) => `Model “${file}” for ${dancer}`,
        motion: (file: string, dancer: string) => `Motion “${file}” for ${dancer}`,
        camera: (file: string) => `Camera motion “${file}”`,
        sound: (file: string) => `Sound “${file}”`,
        video: (file: string) => `Video “${file}”`,
        compare: (file: string) => `“${file}” dances beside`,
        saved: (file: string) => `Saved “${file}”`,
        nothing: "Nothing in there that this page can open",
        nothingHelp:
            "It takes models (PMX, PMD, VRM, a folder or zip), motions (VMD, VPD), sound (WAV, MP3) and video.",
    },
    messages: { label: "Messages", dismiss: "Dismiss" },
    problems,
};

function texturesOf(values: Values): string {
    return values.count === 1 ? "1 texture" : `${values.count ?? "Some"} textures`;
}

function missingOf(values: Values): string {
    const names = texturesIn(values);
    return names === "" ? "" : `Missing: ${names}. `;
}

/** All words of the page, in one language. */
export type Words = typeof en;
