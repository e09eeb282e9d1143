import type { Desk } from "./controller";

/** Signs out; asks first where conversations would be left behind. */
export function leave(desk: Desk): void {
  if (desk.store.get().queue?.counts.mine) desk.ask("signOut");
  else void desk.signOut();
}
