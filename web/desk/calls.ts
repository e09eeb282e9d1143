/** The agents' side of the HTTP contract. */
import { createApi, socketAddress, socketProtocols } from "../shared/api";
import type { HandoffDetail, Presence, QueueView, Session } from "../shared/types";

export function deskCalls(base: string, fetch?: typeof globalThis.fetch) {
  // In memory only: after a reload the server's cookie speaks.
  let token: string | null = null;
  const api = createApi({ base, token: () => token, ...(fetch && { fetch }) });
  const act = (id: string, verb: string, body: object = {}) =>
    api.request<unknown>("POST", `/handoffs/${encodeURIComponent(id)}/${verb}`, { body });

  return {
    request: api.request,
    session: () => api.request<Session>("GET", "/session"),
    async signIn(email: string, password: string) {
      const signed = await api.request<{ token: string }>("POST", "/session", { body: { email, password } });
      token = signed.token;
      return api.request<Session>("GET", "/session");
    },
    async signOut() {
      try {
        await api.request<unknown>("DELETE", "/session");
      } finally {
        token = null;
      }
    },
    queue: () => api.request<QueueView>("GET", "/queue"),
    presence: (state: Presence) => api.request<unknown>("PUT", "/agents/me/presence", { body: { state } }),
    handoff: (id: string) => api.request<HandoffDetail>("GET", `/handoffs/${encodeURIComponent(id)}`),
    accept: (id: string) => act(id, "accept"),
    message: (id: string, clientMessageId: string, text: string) =>
      act(id, "messages", { client_message_id: clientMessageId, text }),
    note: (id: string, text: string) => act(id, "notes", { text }),
    transfer: (id: string, queue: string, note: string) => act(id, "transfer", { queue, ...(note && { note }) }),
    handBack: (id: string, note: string) => act(id, "return", note ? { note } : {}),
    close: (id: string, outcome: string, cause: string) => act(id, "close", { outcome, cause }),
    decide: (approvalId: string, decision: "approved" | "declined") =>
      api.request<unknown>("POST", `/approvals/${encodeURIComponent(approvalId)}`, { body: { decision } }),
    socket: () => new WebSocket(socketAddress(base, "/desk/socket"), socketProtocols(token)),
  };
}

export type DeskCalls = ReturnType<typeof deskCalls>;
