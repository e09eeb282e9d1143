/** The customer's side of the HTTP contract. */
import { type Api, createApi, socketAddress, socketProtocols } from "../shared/api";
import type { EventPage, OpenedConversation } from "../shared/types";

export type FeedbackKind = "solved" | "not_solved";

export function customerCalls(base: string, fetch?: typeof globalThis.fetch) {
  let token: string | null = null;
  const api: Api = createApi({ base, token: () => token, ...(fetch && { fetch }) });
  const path = (id: string, rest: string) => `/conversations/${encodeURIComponent(id)}/${rest}`;

  return {
    useToken(next: string | null) {
      token = next;
    },
    open: (body: { identity_token?: string; page_url?: string; locale?: string }) =>
      api.request<OpenedConversation>("POST", "/conversations", { body }),
    identify: (id: string, identityToken: string) =>
      api.request<unknown>("POST", path(id, "identify"), { body: { identity_token: identityToken } }),
    send: (id: string, body: { client_message_id: string } & ({ text: string } | { choice: string })) =>
      api.request<{ seq: number }>("POST", path(id, "messages"), { body }),
    handoff: (id: string) => api.request<{ seq: number }>("POST", path(id, "handoff"), { body: {} }),
    feedback: (id: string, kind: FeedbackKind) => api.request<unknown>("POST", path(id, "feedback"), { body: { kind } }),
    read: (id: string, after: number, wait: number, signal: AbortSignal) =>
      api.request<EventPage>("GET", path(id, "events"), {
        query: { after, wait },
        signal,
        timeout: (wait + 15) * 1000,
      }),
    socket: (id: string, after: number) =>
      new WebSocket(socketAddress(base, path(id, "socket"), { after }), socketProtocols(token)),
  };
}

export type CustomerCalls = ReturnType<typeof customerCalls>;
