/** Words for people, by key. A message with a count has a form for each plural category of its language. */
export type Message = string | { readonly one: string; readonly other: string };
export type Messages = Readonly<Record<string, Message>>;
export type Params = Readonly<Record<string, string | number>>;
export type Translate<M extends Messages> = (key: keyof M & string, params?: Params) => string;

export function translator<M extends Messages>(messages: M, locale: string): Translate<M> {
  const plural = new Intl.PluralRules(locale);
  return (key, params = {}) => {
    const message = messages[key] as Message;
    const form = plural.select(Number(params.count ?? 0)) === "one" ? "one" : "other";
    const pattern = typeof message === "string" ? message : message[form];
    return pattern.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
  };
}

/** The first of the wanted languages that there are words for; English otherwise. */
export function pickLocale(wanted: readonly string[], known: readonly string[]): string {
  for (const tag of wanted) {
    const match = known.find((locale) => tag.toLowerCase().split("-")[0] === locale);
    if (match) return match;
  }
  return "en";
}
