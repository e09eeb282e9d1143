/** What every part of the packet is made of: a section, a way to a message, lines of name and value. */
import type { ComponentChildren } from "preact";
import { t } from "../words";

export function Part({ title, hide, children }: { title: string; hide?: boolean; children: ComponentChildren }) {
  if (hide) return null;
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** A statement that leads to its message in the story. */
export function Jump({ seq, children }: { seq: number | null | undefined; children: string }) {
  if (!seq) return <span>{children}</span>;
  const go = () => {
    const place = document.getElementById(`seq-${seq}`);
    place?.scrollIntoView({ block: "center" });
    place?.focus({ preventScroll: true });
  };
  return (
    <button type="button" class="jump" title={t("goTo", { seq })} onClick={go}>
      {children}
    </button>
  );
}

export type Row = [string, string | null | undefined | false];

/** A line for each that is known. */
export function Pairs({ rows }: { rows: readonly Row[] }) {
  return (
    <dl class="pairs">
      {rows
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
