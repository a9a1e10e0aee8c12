// How the names in a zip were written: the format says UTF-8 or nothing, and most zips of MMD's world say nothing.

interface Writing {
    readonly encoding: string;
    /** How a name looks in it, from -1 for what nobody writes to 1 for what everybody does; 0 for plain ASCII. */
    readonly worth: (name: Uint8Array) => number;
}

/** Japanese first: where both fit equally well, a model is likelier to come from where MMD does. */
const WRITINGS: readonly Writing[] = [
    { encoding: "shift_jis", worth: worthInShiftJis },
    { encoding: "gbk", worth: worthInGbk },
];

/** Reads the names of one archive, which were all written in one way. */
export function readNames(names: readonly Uint8Array[]): string[] {
    const utf8 = namesIn("utf-8", names);
    if (utf8 !== null) return utf8;
    let best = names.map((name) => new TextDecoder("shift_jis").decode(name));
    let most = Number.NEGATIVE_INFINITY;
    for (const { encoding, worth } of WRITINGS) {
        const read = namesIn(encoding, names);
        const total = names.reduce((sum, name) => sum + worth(name), 0);
        if (read !== null && total > most) [best, most] = [read, total];
    }
    return best;
}

function namesIn(encoding: string, names: readonly Uint8Array[]): string[] | null {
    try {
        const decoder = new TextDecoder(encoding, { fatal: true });
        return names.map((name) => decoder.decode(name));
    } catch (error) {
        if (error instanceof TypeError) return null;
        throw error;
    }
}

/** Kana, signs and the usual ideographs stand on rows of their own; half-width kana are rare by now. */
function worthInShiftJis(name: Uint8Array): number {
    return mean(name, (first) => {
        if (first >= 0xa1 && first <= 0xdf) return { size: 1, worth: -1 };
        return { size: 2, worth: (first >= 0x81 && first <= 0x83) || (first >= 0x88 && first <= 0x98) ? 1 : -1 };
    });
}

/** Signs and the usual ideographs are those that GB 2312 had before GBK filled the gaps. */
function worthInGbk(name: Uint8Array): number {
    return mean(name, (first, second) => {
        const usual = second >= 0xa1 && ((first >= 0xa1 && first <= 0xa9) || (first >= 0xb0 && first <= 0xd7));
        return { size: 2, worth: usual ? 1 : -1 };
    });
}

type Judge = (first: number, second: number) => { readonly size: number; readonly worth: number };

/** Mean worth of the characters beyond ASCII. */
function mean(name: Uint8Array, judge: Judge): number {
    let count = 0;
    let sum = 0;
    for (let at = 0; at < name.length; ) {
        const first = name[at] ?? 0;
        const { size, worth } = first < 0x80 ? { size: 1, worth: 0 } : judge(first, name[at + 1] ?? 0);
        if (first >= 0x80) count += 1;
        sum += worth;
        at += size;
    }
    return sum / Math.max(count, 1);
}
