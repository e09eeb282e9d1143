/** Nobody is there: keep the place, or leave a message with an address or a number. */
import type { Store } from "../shared/store";
import type { Contact, CustomerCalls } from "./calls";
import type { Inbox } from "./inbox";
import type { Session } from "./session";
import { INITIAL, type LeftDraft, type WidgetState } from "./state";
import type { Words } from "./words";

export class Leaving {
  constructor(
    private readonly store: Store<WidgetState>,
    private readonly calls: CustomerCalls,
    private readonly session: Session,
    private readonly inbox: Inbox,
    private readonly words: Words,
  ) {}

  /** Where this customer stands in line, and the address on record that they may use. */
  wait() {
    return this.calls.wait(this.session.id ?? "");
  }

  /** `id` names the message: the same one again is the same message. What was begun stays until it has arrived. */
  async send(contact: Contact, text: string, id: string): Promise<void> {
    await this.calls.leaveMessage(this.session.id ?? "", { ...contact, ...(text && { text, client_message_id: id }) });
    this.store.set({ draft: INITIAL.draft });
    this.session.stream?.nudge();
  }

  keepDraft(draft: LeftDraft): void {
    this.store.set({ draft });
  }

  /** Rather wait than leave a message. */
  keepPlace(): void {
    this.store.set({ keepsPlace: true });
    this.inbox.notice(this.words("leaveKept"));
  }
}
