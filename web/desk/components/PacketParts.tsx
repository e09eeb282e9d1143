import type { Packet } from "../../shared/types";
import { clock, hourIn, spaced } from "../format";
import { label, t } from "../words";
import { Jump, Pairs, Part, type Row } from "./PacketSection";

export function Need({ need }: { need: Packet["need"] }) {
  const slots = Object.entries(need.slots ?? {});
  const issues = need.issues ?? [];
  return (
    <Part title={t("packetNeed")} hide={!slots.length && issues.length < 2 && !need.requested_slot && !need.intents?.length && !need.deadline}>
      {need.deadline && (
        <p>
          <Jump seq={need.deadline.seq}>{t("deadline", { when: String(need.deadline.value) })}</Jump>
        </p>
      )}
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
                <Jump seq={fact.seq}>{String(fact.value)}</Jump>{" "}
                <span class="soft">
                  {label("source", fact.source)}
                  {fact.confirmed && ` · ${t("confirmed")}`}
                </span>
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
  const { customer, ids, origins } = packet;
  /** A value that says where it is from, and what else there is to say of it. */
  const sourced = (field: string, value: string | null | undefined, more?: string | false) => {
    const source = origins?.[`customer.${field}`]?.source;
    return value && [value, source && label("source", source), more].filter(Boolean).join(" · ");
  };
  const contact = (kind: "email" | "phone") => sourced(kind, customer[kind], customer.confirmed_contacts?.includes(kind) && t("confirmed"));
  const rows: Row[] = [
    [t("name"), customer.name],
    [t("email"), contact("email")],
    [t("phone"), contact("phone")],
    [t("accessibility"), customer.accessibility && String(customer.accessibility.value)],
    [t("tier"), customer.tier],
    [t("identity"), [label("verified", customer.verification), customer.verified_at && clock(customer.verified_at)].filter(Boolean).join(" · ")],
    [t("language"), sourced("locale", customer.locale)],
    [t("timezone"), sourced("timezone", customer.timezone && hourIn(customer.timezone))],
    [t("page"), sourced("page_url", customer.page_url)],
    [t("device"), sourced("device", customer.device && label("device", customer.device))],
    [t("consent"), customer.consent?.join(", ")],
    [t("firstContact"), clock(ids.first_contact_at)],
  ];
  return (
    <Part title={t("packetCustomer")}>
      <Pairs rows={rows} />
    </Part>
  );
}
