import { useEffect, useState } from "preact/hooks";
import type { Problem } from "./draft";
import { AUDIENCES, type Content } from "./types";
import { k, named } from "./words";

interface Props {
  content: Content;
  problems: readonly Problem[];
  onChange: (change: Partial<Content>) => void;
}

/** The front matter of an article. */
export function Fields({ content, problems, onChange }: Props) {
  const told = [named("audience", content.audience), content.locale, content.owner, content.tags.join(", ")].filter(Boolean).join(" · ");
  return (
    <div class="k-fields">
      <Text name="title" value={content.title} problems={problems} required maxLength={200} onChange={(title) => onChange({ title })} />
      <details open={problems.some(({ field }) => field !== "body" && field !== "title") || undefined}>
        <summary>
          {k("about")} <span class="soft">{told}</span>
        </summary>
        <div class="k-grid">
          <label class="k-field">
            <span>{k("audience")}</span>
            <select value={content.audience} onChange={(event) => onChange({ audience: event.currentTarget.value as Content["audience"] })}>
              {AUDIENCES.map((each) => (
                <option key={each} value={each}>
                  {named("audience", each)}
                </option>
              ))}
            </select>
          </label>
          <Text name="locale" value={content.locale} problems={problems} required maxLength={12} onChange={(locale) => onChange({ locale })} />
          <Text name="owner" value={content.owner} problems={problems} type="email" required maxLength={254} onChange={(owner) => onChange({ owner })} />
          <Words name="tags" words={content.tags} problems={problems} onChange={(tags) => onChange({ tags })} />
          {(["review_by", "effective_from", "effective_until"] as const).map((name) => (
            <Text key={name} name={name} value={content[name] ?? ""} problems={problems} type="date" onChange={(day) => onChange({ [name]: day || null })} />
          ))}
          <Words name="redirect_from" words={content.redirect_from} problems={problems} onChange={(redirect_from) => onChange({ redirect_from })} />
        </div>
      </details>
    </div>
  );
}

interface TextProps {
  name: keyof Content;
  value: string;
  problems: readonly Problem[];
  onChange: (value: string) => void;
  type?: "text" | "email" | "date";
  required?: boolean;
  maxLength?: number;
}

function Text({ name, value, problems, onChange, type = "text", required, maxLength }: TextProps) {
  const problem = problems.find((each) => each.field === name)?.problem;
  return (
    <label class={`k-field field-${name}`}>
      <span>{named("field", name)}</span>
      <input
        // The typings take one literal at a time; all three are text fields with a check of their own.
        type={type as "text"}
        required={required}
        maxLength={maxLength}
        value={value}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `problem-${name}` : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {problem && (
        <span id={`problem-${name}`} class="problem" role="alert">
          {problem}
        </span>
      )}
    </label>
  );
}

interface WordsProps {
  name: "tags" | "redirect_from";
  words: readonly string[];
  problems: readonly Problem[];
  onChange: (words: string[]) => void;
}

/** Words with commas between; what is being typed is left as it stands. */
function Words({ name, words, problems, onChange }: WordsProps) {
  const [typed, setTyped] = useState(words.join(", "));
  useEffect(() => {
    if (split(typed).join() !== words.join()) setTyped(words.join(", "));
  }, [words.join()]);
  return (
    <Text
      name={name}
      value={typed}
      problems={problems}
      onChange={(text) => {
        setTyped(text);
        onChange(split(text));
      }}
    />
  );
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
}
