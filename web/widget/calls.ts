/** The customer's side of the HTTP contract. */
import { type Api, createApi, socketAddress, socketProtocols } from "../shared/api";
import type { EventPage, OpenedConversation, Schemas } from "../shared/types";
import { sendFile } from "./send-file";

export type FeedbackKind = "solved" | "not_solved";
export type AboutMe = { name?: string; email?: string; topic?: string };
export type ListedConversation = Schemas["ListedConversation"];
export type Greeting = Schemas["GreetingOut"];
export type WidgetConfig = Schemas["WidgetConfig"];
export type Article = { title: string; section: string; excerpt: string; url: string };
export interface SurveyAnswer {
  episode_id: string;
  ces: number;
  csat?: number;
  comment?: string;
}
export type Place = Pick<Schemas["OpenConversation"], "page_url" | "timezone" | "device">;
export type Wait = Schemas["Wait"];
export type Contact = { email: string } | { phone: string } | { use_address_on_record: true };
type Opening = Place & { identity_token?: string; locale?: string; about?: AboutMe };
type Sending = { client_message_id: string; text?: string; choice?: string; attachments?: string[] };

export function customerCalls(base: string, fetch?: typeof globalThis.fetch) {
  let token: string | null = null;
  const api: Api = createApi({ base, token: () => token, ...(fetch && { fetch }) });
  const path = (id: string, rest: string) => `/conversations/${encodeURIComponent(id)}/${rest}`;

  return {
    useToken(next: string | null) {
      token = next;
    },
    config: () => api.request<WidgetConfig>("GET", "/widget"),
    open: (body: Opening) => api.request<OpenedConversation>("POST", "/conversations", { body }),
    identify: (id: string, identityToken: string) =>
      api.request<unknown>("POST", path(id, "identify"), { body: { identity_token: identityToken } }),
    send: (id: string, body: Sending) => api.request<{ seq: number }>("POST", path(id, "messages"), { body }),
    upload: (id: string, file: File, progress: (share: number) => void, signal: AbortSignal) =>
      sendFile(base, path(id, "attachments"), token, file, progress, signal),
    file: (id: string, attachmentId: string) => api.file(path(id, `attachments/${encodeURIComponent(attachmentId)}`)),
    handoff: (id: string) => api.request<{ seq: number }>("POST", path(id, "handoff"), { body: {} }),
    feedback: (id: string, kind: FeedbackKind) => api.request<unknown>("POST", path(id, "feedback"), { body: { kind } }),
    survey: (id: string, answer: SurveyAnswer) =>
      api.request<unknown>("POST", path(id, "feedback"), { body: { kind: "survey", ...answer } }),
    wait: (id: string) => api.request<Wait>("GET", path(id, "wait")),
    leaveMessage: (id: string, body: Contact & { text?: string; client_message_id?: string }) =>
      api.request<Schemas["Promised"]>("POST", path(id, "leave_message"), { body }),
    past: (identity: string) =>
      api.request<{ conversations: ListedConversation[] }>("GET", "/customers/me/conversations", { token: identity }),
    takeUp: (identity: string, id: string) =>
      api.request<OpenedConversation>("POST", `/customers/me/conversations/${encodeURIComponent(id)}`, { token: identity }),
    greeting: (identity: string) =>
      api.request<{ greeting: Greeting | null }>("GET", "/customers/me/greeting", { token: identity }),
    search: (q: string, locale: string) =>
      api.request<{ found: boolean; articles: Article[] }>("GET", "/help/search", { query: { q, locale } }),
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
