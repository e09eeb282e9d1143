/** Nobody is there: keep the place, or leave a message with an address or a number. */
import type { Contact } from "./calls";
import { INITIAL, type LeftDraft } from "./state";
import type { Talk } from "./talk";

export class Leaving {
  constructor(private readonly talk: Talk) {}

  /** Where this customer stands in line, and the address on record that they may use. */
  wait() {
    return this.talk.calls.wait(this.talk.session.id ?? "");
  }

  /** `id` names the message: the same one again is the same message. What was begun stays until it has arrived. */
  async send(contact: Contact, text: string, id: string): Promise<void> {
    const { store, calls, session } = this.talk;
    await calls.leaveMessage(session.id ?? "", { ...contact, ...(text && { text, client_message_id: id }) });
    store.set({ draft: INITIAL.draft });
    session.stream?.nudge();
  }

  keepDraft(draft: LeftDraft): void {
    this.talk.store.set({ draft });
  }

  /** Rather wait than leave a message. */
  keepPlace(): void {
    this.talk.store.set({ keepsPlace: true });
    this.talk.inbox.notice(this.talk.words("leaveKept"));
  }
}
