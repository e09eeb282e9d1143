import type { ComponentChildren } from "preact";
import type { Packet } from "../../shared/types";
import { clock, spaced } from "../format";
import { label, t } from "../words";

export function Need({ need }: { need: Packet["need"] }) {
  const slots = Object.entries(need.slots ?? {});
  const issues = need.issues ?? [];
  return (
    <Part title={t("packetNeed")} hide={!slots.length && issues.length < 2 && !need.requested_slot && !need.intents?.length}>
      {issues.length > 1 && (
        <ul class="plain-list">
          {issues.map((issue, index) => (
            <li key={index}>
              <Jump seq={issue.seq}>{String(issue.value)}</Jump>
            </li>
          ))}
        </ul>
      )}
      {!!need.intents?.length && <p class="soft">{need.intents.map((intent) => `${spaced(intent.name)} ${Math.round(intent.confidence * 100)} %`).join(" → ")}</p>}
      {slots.length > 0 && (
        <dl class="pairs">
          {slots.map(([name, fact]) => (
            <div key={name}>
              <dt>{spaced(name)}</dt>
              <dd>
                <Jump seq={fact.seq}>{String(fact.value)}</Jump> <span class="soft">{label("source", fact.source)}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {need.requested_slot && <p class="soft">{t("askedFor", { slot: spaced(need.requested_slot) })}</p>}
    </Part>
  );
}

export function Customer({ packet }: { packet: Packet }) {
  const { customer, ids } = packet;
  const rows: [string, string | null | undefined][] = [
    [t("name"), customer.name],
    [t("email"), customer.email],
    [t("phone"), customer.phone],
    [t("tier"), customer.tier],
    [t("identity"), label("verified", customer.verification)],
    [t("language"), customer.locale],
    [t("timezone"), customer.timezone],
    [t("page"), customer.page_url],
    [t("firstContact"), clock(ids.first_contact_at)],
  ];
  return (
    <Part title={t("packetCustomer")}>
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
    </Part>
  );
}

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
