/** What the server lists, as the tests of the desk begin with it. */
import type { Approval, OwedPromise } from "../../desk/owed";
import type { InboxItem, Schemas } from "../../shared/types";

export const item = (id: string, more: Partial<InboxItem> = {}): InboxItem => ({
  handoff_id: id,
  conversation_id: "cnv_1",
  state: "queued",
  reason: "frustration",
  priority: 2,
  queue: "senior",
  customer_id: null,
    customer_name: "Mara Voss",
  problem: "Boots are late",
  waiting_since: "2026-01-05T09:00:00Z",
  accepted_by: null,
  owner: "queue",
  epoch: 2,
  locale: "en",
  due_at: null,
  ended_at: null,
  outcome: null,
  customer_seq: 2,
  customer_at: "2026-01-05T09:00:00Z",
  answer_by: null,
  their_turn: false,
  offered_until: null,
  ...more,
});

export const approval: Approval = {
  approval_id: "apr_1",
  conversation_id: "cnv_1",
  handoff_id: null,
  customer_name: "Mara Voss",
  operation_id: "op_1",
  kind: "refund",
  summary: "Refund 80.00 EUR",
  object_ref: "A-1",
  amount: "80.00",
  agreed: true,
  requested_at: "2026-01-05T09:00:00Z",
  may_decide: true,
  needs_role: null,
};

export const promise: OwedPromise = {
  promise_id: "prm_1",
  conversation_id: "cnv_1",
  handoff_id: "h1",
  episode_id: null,
  customer_name: null,
  text: "A call by Friday",
  owner: "agt_1",
  made_by: "agt_1",
  due_at: "2026-01-09T09:00:00Z",
  state: "late",
  operation_id: null,
  kept_at: null,
  kept_by: null,
  proof: null,
};

export const colleague = (id: string, more: Partial<Schemas["Colleague"]> = {}): Schemas["Colleague"] => ({
  id,
  name: id,
  roles: ["agent"],
  departments: [],
  skills: [],
  languages: [],
  presence: "online",
  load: 0,
  capacity: 4,
  ...more,
});
