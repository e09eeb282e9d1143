/** Small things that several pages show alike. */
import type { ComponentChildren, JSX } from "preact";
import type { Load } from "./load";
import type { ArticleState } from "./types";
import { k, named } from "./words";

interface AwaitProps<T> {
  load: Load<T>;
  children: (value: T) => JSX.Element;
}

/** The page while it is read, when it cannot be read, and when it is there. */
export function Await<T>({ load, children }: AwaitProps<T>) {
  switch (load.state.status) {
    case "loading":
      return (
        <p class="k-wait" role="status">
          {k("loading")}
        </p>
      );
    case "failed":
      return <Trouble text={load.state.problem} onAgain={load.again} />;
    case "ready":
      return children(load.state.value);
  }
}

export function Trouble({ text, onAgain }: { text: string; onAgain?: () => void }) {
  return (
    <p class="k-trouble" role="alert">
      <span>{text}</span>
      {onAgain && (
        <button type="button" class="button" onClick={onAgain}>
          {k("again")}
        </button>
      )}
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="k-empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Head({ title, more, children }: { title: string; more?: string; children?: ComponentChildren }) {
  return (
    <header class="k-head">
      <div>
        <h1>{title}</h1>
        {more && <p class="soft">{more}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}

export function StateMark({ state }: { state: ArticleState }) {
  return <span class={`k-mark is-${state}`}>{named("state", state)}</span>;
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  /** Value and what it is called; the empty value stands for all. */
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}

export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <label class="k-field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

/** One of a few views, as a row of buttons. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <div class="k-segments" role="group" aria-label={label}>
      {options.map(([each, text]) => (
        <button key={each} type="button" class={`segment-${each}`} aria-pressed={each === value} onClick={() => onChange(each)}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** A share from 0 to 1 as a bar; the number stands beside it in words. */
export function Bar({ value, line }: { value: number; line?: number }) {
  const percent = (part: number) => `${Math.round(Math.max(0, Math.min(1, part)) * 100)}%`;
  return (
    <span class="k-bar" aria-hidden="true">
      <span style={{ width: percent(value) }} />
      {line !== undefined && <i style={{ insetInlineStart: percent(line) }} />}
    </span>
  );
}
