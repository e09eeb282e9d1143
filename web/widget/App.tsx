import { useLayoutEffect, useRef } from "preact/hooks";
import { useStore } from "../shared/store";
import { ChatIcon, CloseIcon } from "./icons";
import { type AppProps, Panel } from "./Panel";
import { unread } from "./state";

export function App(props: AppProps) {
  const { controller, words } = props;
  const state = useStore(controller.store);
  const launcher = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(state.open);
  const waiting = unread(state);

  useLayoutEffect(() => {
    if (wasOpen.current && !state.open) launcher.current?.focus();
    wasOpen.current = state.open;
  }, [state.open]);

  const label = waiting ? words("unread", { count: waiting }) : words("launcher");
  return (
    <div class={state.open ? "frame is-open" : "frame"} lang={props.locale}>
      {state.open && <Panel {...props} state={state} />}
      {!state.open && state.greeting && (
        <div class="teaser">
          <button type="button" class="teaser-text" onClick={() => controller.setOpen(true, true)}>
            {state.greeting.text}
          </button>
          <button type="button" class="icon-button" aria-label={words("greetingDismiss")} onClick={() => controller.dismissGreeting()}>
            <CloseIcon />
          </button>
        </div>
      )}
      <button
        ref={launcher}
        type="button"
        class="launcher"
        aria-expanded={state.open}
        aria-label={state.open ? words("launcherClose") : label}
        onClick={() => controller.setOpen(!state.open, true)}
      >
        {state.open ? <CloseIcon /> : <ChatIcon />}
        {!state.open && <span class="launcher-label">{words("launcher")}</span>}
        {!state.open && waiting > 0 && (
          <span class="badge" aria-hidden="true">
            {waiting > 9 ? "9+" : waiting}
          </span>
        )}
      </button>
      <div class="hidden" aria-live="polite" aria-relevant="additions">
        {state.announcements.map(({ number, text }) => (
          <p key={number}>{text}</p>
        ))}
      </div>
    </div>
  );
}
