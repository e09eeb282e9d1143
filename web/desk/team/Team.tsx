import { useEffect, useMemo, useState } from "preact/hooks";
import { getPicture } from "../../contract/client";
import { addressOf } from "../../shared/api";
import type { Desk } from "../controller";
import { useLoad } from "../knowledge/load";
import { Await, Bar, Empty, Head } from "../knowledge/parts";
import { answers, type DeskState } from "../state";
import { found } from "./account";
import { type Listed, type Staff, teamCalls } from "./calls";
import { PersonDialog } from "./PersonDialog";
import "../knowledge/styles/frame.css";
import "./team.css";
import { m, named } from "./words";

/** Presence and load move by themselves. */
const REFRESH_MS = 10_000;

/** Who works here. For administrators. */
export function Team({ desk, state }: { desk: Desk; state: DeskState }) {
  const calls = useMemo(() => teamCalls(desk.request), [desk]);
  const load = useLoad("team", (signal) => calls.list(signal), true);
  const [edited, setEdited] = useState<Listed | "new" | null>(null);
  useEffect(() => {
    const timer = setInterval(load.again, REFRESH_MS);
    return () => clearInterval(timer);
  }, [load.again]);
  if (state.signedIn.status !== "in") return null;
  const me = state.signedIn.session.id;
  const done = () => {
    setEdited(null);
    load.again();
  };
  return (
    <main class="k-main team" tabIndex={-1}>
      <div class="k-page">
        <Head title={m("team")} more={m("teamMore")}>
          <button type="button" class="button is-main" onClick={() => setEdited("new")}>
            {m("add")}
          </button>
        </Head>
        <Await load={load}>
          {(staff) => (
            <>
              <People staff={staff} me={me} onChange={setEdited} />
              {edited && <PersonDialog key={edited === "new" ? "new" : edited.id} desk={desk} calls={calls} staff={staff} me={me} person={edited === "new" ? null : edited} onDone={done} />}
            </>
          )}
        </Await>
      </div>
    </main>
  );
}

function People({ staff, me, onChange }: { staff: Staff; me: string; onChange: (person: Listed) => void }) {
  const [query, setQuery] = useState("");
  const shown = found(staff.people, query);
  return (
    <>
      <div class="k-find">
        <input type="search" aria-label={m("find")} placeholder={m("find")} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </div>
      <p class="k-count" role="status">
        {m("count", { count: shown.length })}
      </p>
      {shown.length > 0 && (
        <ul class="k-list">
          {shown.map((each) => (
            <Row key={each.id} person={each} mine={each.id === me} onChange={() => onChange(each)} />
          ))}
        </ul>
      )}
      {shown.length === 0 && (
        <Empty title={m("noneFound", { query })}>
          <p class="soft">{m("noneFoundMore")}</p>
        </Empty>
      )}
      {staff.people.length === 1 && !query && (
        <Empty title={m("alone")}>
          <p class="soft">{m("aloneMore")}</p>
        </Empty>
      )}
    </>
  );
}

function Row({ person, mine, onChange }: { person: Listed; mine: boolean; onChange: () => void }) {
  const { name, email, roles, departments, active, presence, load, capacity } = person;
  const serves = active && answers(person);
  return (
    <li class={active ? "k-row team-row" : "k-row team-row is-off"}>
      <img src={addressOf((request) => getPicture(request, person.id))} alt="" width={40} height={40} loading="lazy" />
      <div class="k-row-title">
        <p class="team-name">
          <strong>{name}</strong> {mine && <span class="soft">({m("you")})</span>}
        </p>
        <p class="soft team-about">
          <span>{email}</span> <span>{departments.join(", ") || m("everyDepartment")}</span>
        </p>
        <p class="team-roles">
          {roles.map((role) => (
            <span key={role} class="k-mark">
              {named("role", role)}
            </span>
          ))}
        </p>
      </div>
      <p class={serves && presence === "online" ? "team-here is-online" : "team-here"}>
        {serves && <span class={`lamp is-${presence}`} aria-hidden="true" />}
        {active ? serves && named("presence", presence) : m("off")}
      </p>
      <p class="team-load">
        {serves && capacity > 0 && (
          <>
            <span title={m("loadText", { load, capacity })}>{m("load", { load, capacity })}</span>
            <Bar value={load / capacity} />
          </>
        )}
        {serves && capacity === 0 && <span class="soft">{m("loadNone")}</span>}
      </p>
      <button type="button" class="button" aria-label={m("changeWhom", { name })} onClick={onChange}>
        {m("change")}
      </button>
    </li>
  );
}
