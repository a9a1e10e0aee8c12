// Files to take along: what the capture wrote, and what is on screen.
import type { Download } from "../../api/messages";
import { Section } from "../parts/controls";
import { Icon } from "../parts/icon";
import type { App } from "../state/app";
import { sizeText } from "../time";
import { words } from "../words/words";

export function FilesPanel({ app }: { readonly app: App }) {
    return (
        <>
            <MakeSection app={app} />
            <WrittenSection app={app} />
        </>
    );
}

function MakeSection({ app: { saving } }: { readonly app: App }) {
    const { files, stage } = words.value;
    const isRecording = saving.recordingSinceMs.value !== null;
    return (
        <Section title={files.make}>
            <div class="pair">
                <button type="button" class="button wide" onClick={() => void saving.savePicture()}>
                    <Icon name="picture" />
                    {files.picture}
                </button>
                <button
                    type="button"
                    class={isRecording ? "button wide recording-button" : "button wide"}
                    onClick={() => (isRecording ? void saving.stopRecording() : saving.startRecording())}
                >
                    <Icon name={isRecording ? "stop" : "record"} />
                    {isRecording ? stage.stopRecording : files.record}
                </button>
            </div>
            <p class="note">{files.recordHint}</p>
        </Section>
    );
}

function WrittenSection({ app: { programme } }: { readonly app: App }) {
    const { files } = words.value;
    const { report_url: report, preview, downloads } = programme;
    return (
        <Section title={files.written}>
            {report === null && preview === null ? null : (
                <div class="pair">
                    {report === null ? null : <PageLink url={report} icon="report" text={files.report} />}
                    {preview === null ? null : <PageLink url={preview.url} icon="video" text={files.preview} />}
                </div>
            )}
            {downloads.length === 0 ? <p class="note">{files.none}</p> : null}
            <ul class="downloads">
                {downloads.map((download) => (
                    <li key={download.url}>
                        <DownloadLink download={download} />
                    </li>
                ))}
            </ul>
        </Section>
    );
}

interface PageLinkProps {
    readonly url: string;
    readonly icon: "report" | "video";
    readonly text: string;
}

function PageLink({ url, icon, text }: PageLinkProps) {
    return (
        <a class="button wide" href={url} target="_blank" rel="noopener">
            <Icon name={icon} />
            {text}
        </a>
    );
}

function DownloadLink({ download: { name, url, what, size_bytes } }: { readonly download: Download }) {
    return (
        <a class="download" href={url} download={name} title={words.value.files.download(name)}>
            <Icon name="download" />
            <span class="download-text">
                <span class="download-name">{name}</span>
                {what === "" ? null : (
                    <span class="download-what" lang="en">
                        {what}
                    </span>
                )}
            </span>
            <span class="digits download-size">{sizeText(size_bytes)}</span>
        </a>
    );
}
