import type { Store } from "../shared/store";
import type { CustomerCalls } from "./calls";
import type { Inbox } from "./inbox";
import type { Session } from "./session";
import type { WidgetState } from "./state";
import type { Words } from "./words";

/** The conversation at hand, and what is needed to do something in it. */
export interface Talk {
  readonly store: Store<WidgetState>;
  readonly calls: CustomerCalls;
  readonly session: Session;
  readonly inbox: Inbox;
  readonly words: Words;
}
