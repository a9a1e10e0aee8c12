// Messages that float over the stage: good news goes by itself, problems stay until they are read.
import type { Message, Messages } from "../state/messages";
import { words } from "../words/words";
import { IconButton } from "./controls";
import { Icon } from "./icon";

export function MessageList({ messages }: { readonly messages: Messages }) {
    return (
        <div class="messages" role="log" aria-live="polite" aria-label={words.value.messages.label}>
            {messages.shown.value.map((message) => (
                <Line key={message.id} message={message} onDismiss={() => messages.dismiss(message.id)} />
            ))}
        </div>
    );
}

function Line({ message, onDismiss }: { readonly message: Message; readonly onDismiss: () => void }) {
    const help = message.help?.(words.value) ?? null;
    return (
        <div class={`message ${message.kind}`} data-testid="message">
            <Icon name={message.kind === "done" ? "check" : "warning"} />
            <div class="message-text">
                <strong>{message.text(words.value)}</strong>
                {help === null ? null : <p>{help}</p>}
            </div>
            <IconButton icon="close" label={words.value.messages.dismiss} onClick={onDismiss} />
        </div>
    );
}
