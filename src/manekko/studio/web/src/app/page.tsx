// The whole page: header, stage, playback with the time line, panels, and what floats above them.
import { useEffect } from "preact/hooks";
import { Header } from "./header";
import { Panels } from "./panels/panels";
import { DropZone } from "./parts/drop_zone";
import { MessageList } from "./parts/message_list";
import { Stage } from "./parts/stage";
import { app } from "./start";
import { isWide } from "./state/app";
import { TimeLine } from "./timeline/time_line";
import { Transport } from "./timeline/transport";
import { LANGUAGE_TAGS, language, words } from "./words/words";

export function Page() {
    const made = app.value;
    const title = words.value.title(made?.programme.title ?? "");
    const tag = LANGUAGE_TAGS[language.value];
    useEffect(() => {
        document.title = title;
        document.documentElement.lang = tag;
    }, [title, tag]);
    // The panels have their place from the first paint on, so that the stage does not jump.
    const isOpen = made === null ? isWide() : made.tab.value !== null;
    return (
        <div class={isOpen ? "page with-panel" : "page"}>
            <Header app={made} />
            <Stage app={made} />
            <footer class="dock">{made === null ? null : <Dock app={made} />}</footer>
            <Panels app={made} />
            {made === null ? null : <DropZone app={made} />}
            {made === null ? null : <MessageList messages={made.messages} />}
        </div>
    );
}

function Dock({ app: made }: { readonly app: NonNullable<typeof app.value> }) {
    return (
        <>
            <Transport app={made} />
            <TimeLine app={made} />
        </>
    );
}
