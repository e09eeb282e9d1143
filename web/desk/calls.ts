/** The agents' side of the HTTP contract. */
import { createApi, socketAddress, socketProtocols } from "../shared/api";
import type { HandoffDetail, Presence, Schemas, Session } from "../shared/types";

/** A language model takes its time, and each message has its own. */
const TRANSLATION_WITHIN_MS = 90_000;

/** A queue, of another department where one is named, or one colleague, who gets it offered first. */
export type TransferTo = { queue: string; department?: string } | { agent_id: string };

export function deskCalls(base: string, fetch?: typeof globalThis.fetch) {
  // In memory only: after a reload the server's cookie speaks.
  let token: string | null = null;
  const api = createApi({ base, token: () => token, ...(fetch && { fetch }) });
  const of = (id: string, part: string) => `/handoffs/${encodeURIComponent(id)}/${part}`;
  const act = (id: string, verb: string, body: object = {}) =>
    api.request<unknown>("POST", of(id, verb), { body });

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
    inbox: () => api.request<Schemas["InboxOut"]>("GET", "/desk/inbox"),
    closed: () => api.request<Schemas["InboxItems"]>("GET", "/desk/closed"),
    search: (q: string) => api.request<Schemas["InboxItems"]>("GET", "/desk/search", { query: { q } }),
    presence: (state: Presence) => api.request<unknown>("PUT", "/agents/me/presence", { body: { state } }),
    handoff: (id: string) => api.request<HandoffDetail>("GET", `/handoffs/${encodeURIComponent(id)}`),
    summary: (id: string) => api.request<Schemas["Summary"]>("GET", of(id, "summary")),
    packetPart: (id: string, part: string) => api.request<Schemas["PacketPart"]>("GET", of(id, `packet/${encodeURIComponent(part)}`)),
    accept: (id: string) => act(id, "accept"),
    decline: (id: string) => act(id, "decline"),
    message: (id: string, clientMessageId: string, text: string) =>
      act(id, "messages", { client_message_id: clientMessageId, text }),
    note: (id: string, text: string) => act(id, "notes", { text }),
    mailAgain: (id: string, mailId: string) => act(id, `mails/${encodeURIComponent(mailId)}/again`),
    transfer: (id: string, to: TransferTo, note: string) => act(id, "transfer", { ...to, ...(note && { note }) }),
    colleagues: () => api.request<Schemas["Colleagues"]>("GET", "/agents"),
    handBack: (id: string, note: string) => act(id, "return", note ? { note } : {}),
    close: (id: string, wrapUp: Schemas["Close"]) => act(id, "close", wrapUp),
    reopen: (id: string) => api.request<HandoffDetail>("POST", of(id, "reopen")),
    history: (id: string) => api.request<Schemas["History"]>("GET", of(id, "history")),
    transcript: (id: string, conversation: string) =>
      api.request<Schemas["Transcript"]>("GET", of(id, `history/${encodeURIComponent(conversation)}`)),
    translation: (conversation: string, after: number) =>
      api.request<Schemas["TranslationOut"]>("GET", `/transcripts/${encodeURIComponent(conversation)}/translation`, {
        query: { after },
        timeout: TRANSLATION_WITHIN_MS,
      }),
    reads: (id: string) => api.request<Schemas["StaffReads"]>("GET", of(id, "reads")),
    suggestions: (id: string, q: string) =>
      api.request<Schemas["Suggestions"]>("GET", of(id, "suggestions"), q ? { query: { q } } : {}),
    reasks: (id: string, text: string, timeout: number) =>
      api.request<Schemas["Reasks"]>("POST", of(id, "reasks"), { body: { text }, timeout }),
    look: (id: string, typing: boolean) =>
      api.request<Schemas["ViewersOut"]>("PUT", of(id, "viewing"), { body: { typing } }),
    leave: (id: string) => api.request<unknown>("DELETE", of(id, "viewing")),
    canned: () => api.request<Schemas["CannedList"]>("GET", "/canned-replies"),
    addCanned: (body: Schemas["CannedIn"]) => api.request<unknown>("POST", "/canned-replies", { body }),
    changeCanned: (id: string, body: Schemas["CannedChange"]) =>
      api.request<unknown>("PATCH", `/canned-replies/${encodeURIComponent(id)}`, { body }),
    deleteCanned: (id: string) => api.request<unknown>("DELETE", `/canned-replies/${encodeURIComponent(id)}`),
    usedCanned: (id: string) => api.request<unknown>("POST", `/canned-replies/${encodeURIComponent(id)}/used`),
    decide: (approvalId: string, decision: "approved" | "declined") =>
      api.request<unknown>("POST", `/approvals/${encodeURIComponent(approvalId)}`, { body: { decision } }),
    changePassword: (current: string, fresh: string) =>
      api.request<unknown>("PUT", "/agents/me/password", { body: { current, new: fresh } }),
    keepPicture: (file: Blob) => api.request<unknown>("PUT", "/agents/me/picture", { raw: file }),
    dropPicture: () => api.request<unknown>("DELETE", "/agents/me/picture"),
    approvals: () => api.request<Schemas["Approvals"]>("GET", "/approvals"),
    promises: () => api.request<Schemas["Promises"]>("GET", "/promises"),
    promise: (id: string, text: string, due_at: string) => act(id, "promises", { text, due_at }),
    keepPromise: (promiseId: string, proof: string) =>
      api.request<unknown>("POST", `/promises/${encodeURIComponent(promiseId)}/keep`, { body: { proof } }),
    words: () => api.request<Schemas["DeskWords"]>("GET", "/desk"),
    socket: () => new WebSocket(socketAddress(base, "/desk/socket"), socketProtocols(token)),
  };
}

export type DeskCalls = ReturnType<typeof deskCalls>;
