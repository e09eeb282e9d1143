/** What only a known customer has: a line that is worth saying first, and their earlier conversations. */
import { ApiError } from "../shared/api";
import type { Store } from "../shared/store";
import type { CustomerCalls } from "./calls";
import { type IdentityKeeper, subjectOf } from "./identity";
import type { Inbox } from "./inbox";
import type { Session } from "./session";
import type { WidgetState } from "./state";
import type { Memory } from "./storage";

export class Account {
  constructor(
    private readonly store: Store<WidgetState>,
    private readonly calls: CustomerCalls,
    private readonly memory: Memory,
    private readonly identity: IdentityKeeper,
    private readonly session: Session,
    private readonly inbox: Inbox,
  ) {}

  use(token: string | null): void {
    const subject = subjectOf(token);
    const same = subject === subjectOf(this.identity.token);
    this.identity.use(token);
    this.store.set({ identified: subject !== null });
    if (!same) void this.greet(token);
  }

  past() {
    return this.proven(() => this.calls.past(this.identity.token ?? ""));
  }

  /** Goes on with an earlier conversation of this customer. */
  async takeUp(id: string): Promise<void> {
    const { token } = this.identity;
    if (!token) return;
    const opened = await this.proven(() => this.calls.takeUp(token, id));
    if (opened.conversation_id !== this.session.id) {
      this.session.startOver(false);
      this.session.attach(opened.conversation_id, opened.token, subjectOf(token));
    }
    this.store.set({ view: "chat" });
  }

  /** Goes back to a conversation that was left in this browser. */
  goBack(id: string): void {
    const found = this.memory.left().find((each) => each.id === id);
    if (!found) return;
    this.session.leave();
    this.memory.keepLeft(this.memory.left().filter((each) => each.id !== id));
    this.store.set({ left: this.memory.left() });
    this.session.attach(found.id, found.token, null);
  }

  /** A call that only this customer may make: a refused proof asks the page for a fresh one. */
  private async proven<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.identity.need();
      throw error;
    }
  }

  /** One line, such as a late order: once on this device, never into a conversation. */
  private async greet(token: string | null): Promise<void> {
    this.store.set({ greeting: null });
    if (!token) return;
    try {
      const { greeting } = await this.calls.greeting(token);
      if (!greeting || token !== this.identity.token || this.store.get().started) return;
      if (!this.memory.first(`${subjectOf(token)} ${greeting.about}`)) return;
      this.store.set({ greeting });
      this.inbox.announce(greeting.text);
    } catch {
      // Nothing was asked for, so nothing needs to be said.
    }
  }
}
