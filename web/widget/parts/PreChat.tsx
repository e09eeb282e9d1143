/** What an installation asks an unknown customer before the first message. A person can be asked for without it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AboutMe, WidgetConfig } from "../calls";
import type { Controller } from "../controller";
import type { PartWords } from "./words";

const LABELS = { name: "formName", email: "formEmail", topic: "formTopic" } as const;
const FILL = { name: "name", email: "email", topic: "off" } as const;

export default function PreChat({ controller, words, config, done }: { controller: Controller; words: PartWords; config: WidgetConfig; done: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [about, setAbout] = useState<AboutMe>({});
  useLayoutEffect(() => {
    if (controller.openedByPerson) form.current?.querySelector<HTMLElement>("input, select")?.focus();
  }, []);

  const submit = (event: Event) => {
    event.preventDefault();
    controller.introduce(Object.fromEntries(Object.entries(about).map(([key, text]) => [key, text.trim()])));
    done();
  };
  return (
    <form ref={form} class="prechat" onSubmit={submit}>
      <p class="welcome-title">{words("formTitle")}</p>
      <p>{words("formMore")}</p>
      {config.prechat.map((field) => {
        const shared = {
          required: true,
          value: about[field] ?? "",
          autocomplete: FILL[field],
          onInput: (event: Event) => setAbout({ ...about, [field]: (event.currentTarget as HTMLInputElement).value }),
        } as const;
        return (
          <label key={field}>
            {words(LABELS[field])}
            {field === "topic" && config.topics.length > 0 ? (
              <select {...shared}>
                <option value="">{words("formChoose")}</option>
                {config.topics.map((topic) => (
                  <option key={topic}>{topic}</option>
                ))}
              </select>
            ) : (
              <>{field === "email" ? <input {...shared} type="email" maxLength={254} /> : <input {...shared} type="text" maxLength={120} />}</>
            )}
          </label>
        );
      })}
      <button type="submit" class="primary">
        {words("formStart")}
      </button>
    </form>
  );
}
