/** The agents' side of the HTTP contract. */
import * as client from "../contract/client";
import { createApi, socketAddress, socketProtocols } from "../shared/api";
import type { HandoffDetail, Presence, Schemas } from "../shared/types";

/** A language model takes its time, and each message has its own. */
const TRANSLATION_WITHIN_MS = 90_000;

/** A queue, of another department where one is named, or one colleague, who gets it offered first. */
export type TransferTo = { queue: string; department?: string } | { agent_id: string };

export function deskCalls(base: string, fetch?: typeof globalThis.fetch) {
  // In memory only: after a reload the server's cookie speaks.
  let token: string | null = null;
  const { request } = createApi({ base, token: () => token, ...(fetch && { fetch }) });

  // The contract says of the packet and the events only that they are there; their types are made from their own schema.
  const whole = (detail: Promise<unknown>) => detail as Promise<HandoffDetail>;

  return {
    request,
    session: () => client.whoAmI(request),
    async signIn(email: string, password: string) {
      const signed = await client.signIn(request, { body: { email, password } });
      token = signed.token;
      return client.whoAmI(request);
    },
    async signOut() {
      try {
        await client.signOut(request);
      } finally {
        token = null;
      }
    },
    inbox: () => client.readInbox(request),
    closed: () => client.listClosed(request),
    search: (q: string) => client.searchHandoffs(request, { query: { q } }),
    presence: (state: Presence) => client.choosePresence(request, { body: { state } }),
    handoff: (id: string) => whole(client.viewHandoff(request, id)),
    summary: (id: string) => client.handoffSummary(request, id),
    packetPart: (id: string, part: string) => client.packetPart(request, id, part),
    accept: (id: string) => client.acceptHandoff(request, id),
    decline: (id: string) => client.declineHandoff(request, id),
    message: (id: string, clientMessageId: string, text: string) =>
      client.sendAgentMessage(request, id, { body: { client_message_id: clientMessageId, text } }),
    note: (id: string, text: string) => client.addNote(request, id, { body: { text } }),
    mailAgain: (id: string, mailId: string) => client.sendMailAgain(request, id, mailId),
    transfer: (id: string, to: TransferTo, note: string) =>
      // Queues have the names that the server's own plan gave.
      client.transferHandoff(request, id, { body: { ...to, ...(note && { note }) } as Schemas["Transfer"] }),
    colleagues: () => client.listColleagues(request),
    handBack: (id: string, note: string) => client.returnToBot(request, id, { body: note ? { note } : {} }),
    close: (id: string, body: Schemas["Close"]) => client.closeHandoff(request, id, { body }),
    reopen: (id: string) => whole(client.reopenHandoff(request, id)),
    history: (id: string) => client.handoffHistory(request, id),
    transcript: (id: string, conversation: string) => client.pastTranscript(request, id, conversation),
    translation: (conversation: string, after: number) =>
      client.translateTranscript(request, conversation, { query: { after }, timeout: TRANSLATION_WITHIN_MS }),
    reads: (id: string) => client.listReads(request, id),
    suggestions: (id: string, q: string) => client.listSuggestions(request, id, q ? { query: { q } } : {}),
    reasks: (id: string, text: string, timeout: number) => client.findReasks(request, id, { body: { text }, timeout }),
    look: (id: string, typing: boolean) => client.noteViewing(request, id, { body: { typing } }),
    leave: (id: string) => client.endViewing(request, id),
    canned: () => client.listCannedReplies(request),
    addCanned: (body: Schemas["CannedIn"]) => client.createCannedReply(request, { body }),
    changeCanned: (id: string, body: Schemas["CannedChange"]) => client.changeCannedReply(request, id, { body }),
    deleteCanned: (id: string) => client.deleteCannedReply(request, id),
    usedCanned: (id: string) => client.noteCannedReplyUsed(request, id),
    decide: (approvalId: string, decision: "approved" | "declined") =>
      client.decideApproval(request, approvalId, { body: { decision } }),
    changePassword: (current: string, fresh: string) => client.changePassword(request, { body: { current, new: fresh } }),
    keepPicture: (raw: Blob) => client.keepPicture(request, { raw }),
    dropPicture: () => client.dropPicture(request),
    approvals: () => client.listApprovals(request),
    promises: () => client.listPromises(request),
    promise: (id: string, text: string, due_at: string) => client.makePromise(request, id, { body: { text, due_at } }),
    keepPromise: (promiseId: string, proof: string) => client.keepPromise(request, promiseId, { body: { proof } }),
    words: () => client.deskWords(request),
    socket: () => new WebSocket(socketAddress(base, "/desk/socket"), socketProtocols(token)),
  };
}

export type DeskCalls = ReturnType<typeof deskCalls>;
