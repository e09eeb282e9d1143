import { address } from "./address";
import { momentText, who } from "./format";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, Empty, Head } from "./parts";
import type { Schemas } from "../../shared/types";
import { k, named } from "./words";

/** Who did what to articles and gaps, the newest first. */
export function Audit({ calls }: Part) {
  const load = useLoad("audit", (signal) => calls.audit(signal));
  return (
    <div class="k-page">
      <Head title={k("audit")} more={k("auditMore")} />
      <Await load={load}>
        {(entries) => (entries.length ? <Entries entries={entries} /> : <Empty title={k("auditNone")} />)}
      </Await>
    </div>
  );
}

function Entries({ entries }: { entries: readonly Schemas["AuditLine"][] }) {
  return (
    <ul class="k-events">
      {entries.map((each, at) => (
        <li key={at}>
          <strong>{named(each.gap_id === null ? "event" : "gapEvent", each.event)}</strong> · <About entry={each} /> · {who(each.actor)} ·{" "}
          <time dateTime={each.occurred_at}>{momentText(each.occurred_at)}</time>
          {each.note && <q>{each.note}</q>}
        </li>
      ))}
    </ul>
  );
}

/** A gap may be gone since: merged with another, or without questions. Its page then says so. */
function About({ entry: { article_id: article, gap_id: gap, version } }: { entry: Schemas["AuditLine"] }) {
  if (gap !== null) return <a href={address({ page: "gap", id: String(gap) })}>{k("gapNumber", { number: gap })}</a>;
  if (article === null) return null;
  return (
    <a href={address({ page: "article", id: article, tab: "versions" })}>
      {article} · {k("versionIs", { version: version ?? 1 })}
    </a>
  );
}
