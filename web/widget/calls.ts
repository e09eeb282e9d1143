/** The customer's side of the HTTP contract. */
import * as client from "../contract/client";
import { createApi, socketAddress, socketProtocols } from "../shared/api";
import type { EventPage, Schemas } from "../shared/types";

export type FeedbackKind = "solved" | "not_solved";
export type AboutMe = { name?: string; email?: string; topic?: string };
export type ListedConversation = Schemas["ListedConversation"];
export type Greeting = Schemas["GreetingOut"];
export type WidgetConfig = Schemas["WidgetConfig"];
export type Article = Schemas["HelpArticle"];
export interface SurveyAnswer {
  episode_id: string;
  ces: number;
  csat?: number;
  comment?: string;
}
export type Place = Pick<Schemas["OpenConversation"], "page_url" | "timezone" | "device">;
export type Wait = Schemas["Wait"];
export type Contact = { email: string } | { phone: string } | { use_address_on_record: true };

export function customerCalls(base: string, fetch?: typeof globalThis.fetch) {
  let token: string | null = null;
  const { request, file } = createApi({ base, token: () => token, ...(fetch && { fetch }) });

  return {
    useToken(next: string | null) {
      token = next;
    },
    config: () => client.widgetConfig(request),
    open: (body: Schemas["OpenConversation"]) => client.openConversation(request, { body }),
    identify: (id: string, identityToken: string) => client.identify(request, id, { body: { identity_token: identityToken } }),
    send: (id: string, body: Schemas["SendMessage"]) => client.sendMessage(request, id, { body }),
    async upload(id: string, raw: File, progress: (share: number) => void, signal: AbortSignal) {
      const { sender } = await import("./parts/send-file");
      return client.uploadFile(sender(base, token, progress), id, { query: { name: raw.name }, raw, signal });
    },
    file: (id: string, attachmentId: string) => client.ownFile(file, id, attachmentId) as Promise<Blob>,
    handoff: (id: string) => client.requestPerson(request, id),
    feedback: (id: string, kind: FeedbackKind) => client.giveFeedback(request, id, { body: { kind } }),
    survey: (id: string, answer: SurveyAnswer) => client.giveFeedback(request, id, { body: { kind: "survey", ...answer } }),
    wait: (id: string) => client.getWait(request, id),
    leaveMessage: (id: string, body: Contact & { text?: string; client_message_id?: string }) =>
      client.leaveMessage(request, id, { body }),
    past: (identity: string) => client.listOwnConversations(request, { token: identity }),
    takeUp: (identity: string, id: string) => client.takeUpConversation(request, id, { token: identity }),
    greeting: (identity: string) => client.getGreeting(request, { token: identity }),
    search: (q: string, locale: string) => client.searchHelp(request, { query: { q, locale } }),
    read: (id: string, after: number, wait: number, signal: AbortSignal) =>
      client.readEvents(request, id, { query: { after, wait }, signal, timeout: (wait + 15) * 1000 }) as Promise<unknown> as Promise<EventPage>,
    socket: (id: string, after: number) =>
      new WebSocket(socketAddress(base, `/conversations/${encodeURIComponent(id)}/socket`, { after }), socketProtocols(token)),
  };
}

export type CustomerCalls = ReturnType<typeof customerCalls>;
