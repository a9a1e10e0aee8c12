// The controls that the panels are made of.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Item } from "../../viewer/contract";
import { itemsOfFiles } from "../../viewer/files/dropped";
import { Icon, type IconName } from "./icon";

interface IconButtonProps {
    readonly icon: IconName;
    readonly label: string;
    readonly onClick: () => void;
    readonly pressed?: boolean;
    readonly disabled?: boolean;
    readonly kind?: "plain" | "main" | "danger";
    /** Key that does the same, shown in the tooltip. */
    readonly hint?: string;
}

export function IconButton({ icon, label, onClick, pressed, disabled, kind = "plain", hint }: IconButtonProps) {
    return (
        <button
            type="button"
            class={`icon-button ${kind}`}
            aria-label={label}
            title={hint === undefined ? label : `${label} (${hint})`}
            aria-pressed={pressed}
            disabled={disabled}
            onClick={onClick}
        >
            <Icon name={icon} />
        </button>
    );
}

interface SegmentsProps<T extends string> {
    readonly label: string;
    readonly options: readonly T[];
    readonly names: Readonly<Record<T, string>>;
    readonly value: T;
    readonly onChoose: (value: T) => void;
    readonly className?: string;
    /** What stands small beside an option, such as its key. */
    readonly hints?: Readonly<Partial<Record<T, string>>>;
    readonly disabled?: (option: T) => boolean;
}

/** One of a few, all of them in sight. */
export function Segments<T extends string>(props: SegmentsProps<T>) {
    const { label, options, names, value, onChoose, className = "", hints, disabled } = props;
    const group = useId();
    return (
        <fieldset class={`segments ${className}`}>
            <legend class="unseen">{label}</legend>
            {options.map((option) => (
                <label key={option} class="segment">
                    <input
                        type="radio"
                        class="unseen"
                        name={group}
                        checked={value === option}
                        disabled={disabled?.(option) ?? false}
                        onChange={() => onChoose(option)}
                    />
                    <span class="segment-face">
                        {names[option]}
                        {hints?.[option] === undefined ? null : (
                            <span class="key" aria-hidden="true">
                                {hints[option]}
                            </span>
                        )}
                    </span>
                </label>
            ))}
        </fieldset>
    );
}

interface SwitchProps {
    readonly label: string;
    readonly value: Signal<boolean>;
    readonly hint?: string;
    readonly disabled?: boolean;
}

export function Switch({ label, value, hint, disabled = false }: SwitchProps) {
    return (
        <label class="switch">
            <span class="switch-name">{label}</span>
            {hint === undefined ? null : (
                <span class="key" aria-hidden="true">
                    {hint}
                </span>
            )}
            <input
                type="checkbox"
                class="unseen"
                role="switch"
                checked={value.value}
                aria-checked={value.value}
                disabled={disabled}
                onChange={(event) => {
                    value.value = event.currentTarget.checked;
                }}
            />
            <span class="switch-face" aria-hidden="true" />
        </label>
    );
}

interface FileButtonProps {
    readonly label: string;
    readonly accept?: string;
    readonly folder?: boolean;
    readonly onFiles: (items: readonly Item[]) => void;
    readonly className?: string;
    readonly children: ComponentChildren;
}

/** Opens the system's dialog for files or a folder. */
export function FileButton({ label, accept, folder = false, onFiles, className = "", children }: FileButtonProps) {
    const choose = (input: HTMLInputElement): void => {
        const items = input.files === null ? [] : itemsOfFiles(input.files);
        // The same file may be chosen again after it was changed.
        input.value = "";
        if (items.length > 0) onFiles(items);
    };
    return (
        <label class={`file-button ${className}`} title={label}>
            <input
                type="file"
                class="unseen"
                aria-label={label}
                multiple
                {...(accept === undefined ? {} : { accept })}
                {...(folder ? { webkitdirectory: true } : {})}
                onChange={(event) => choose(event.currentTarget)}
            />
            {children}
        </label>
    );
}

/** A part of a panel under its heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
    const id = useId();
    return (
        <section class="section" aria-labelledby={id}>
            <h2 id={id} class="section-title">
                {title}
            </h2>
            {children}
        </section>
    );
}
