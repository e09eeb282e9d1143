/** What a machine makes of messages in another language: asked for by the agent, in this page's memory alone. */
import { ApiError } from "../shared/api";
import type { Store } from "../shared/store";
import type { DeskCalls } from "./calls";
import type { DeskState, Translation, View } from "./state";
import { t } from "./words";

const NONE: Translation = { on: false, busy: false, problem: null, asked: 0, earlier: 0, lines: {} };

export class Translations {
  constructor(
    private readonly store: Store<DeskState>,
    private readonly calls: DeskCalls,
  ) {}

  /** Shows translations in the hand-over `id`, or the originals alone. What was translated before is not asked again. */
  async toggle(id: string): Promise<void> {
    const { on } = this.of(id);
    this.set(id, { on: !on, problem: null });
    if (!on) await this.follow(id);
  }

  /** Asks about what was said since; nothing where it is off or under way. */
  async follow(id: string): Promise<void> {
    const view = this.store.get().views[id];
    const { on, busy, asked } = this.of(id);
    const newest = newestMessage(view);
    if (!view?.detail || !on || busy || newest <= asked) return;
    this.set(id, { busy: true, problem: null });
    try {
      const made = await this.calls.translation(view.detail.conversation_id, asked);
      const { lines, earlier } = this.of(id);
      const fresh = Object.fromEntries(made.messages.map((line) => [line.seq, line]));
      this.set(id, { lines: { ...lines, ...fresh }, earlier: earlier + made.earlier });
    } catch (error) {
      return this.set(id, { busy: false, problem: error instanceof ApiError ? error.message : t("unreachable") });
    }
    this.set(id, { busy: false, asked: newest });
    await this.follow(id);
  }

  /** Once more from the beginning: something was late, or the server away. */
  async again(id: string): Promise<void> {
    this.set(id, { asked: 0, earlier: 0 });
    await this.follow(id);
  }

  private of(id: string): Translation {
    return this.store.get().translations[id] ?? NONE;
  }

  private set(id: string, change: Partial<Translation>): void {
    // Nobody is signed in any more: what was translated for them is gone with everything else.
    if (!this.store.get().views[id]) return;
    this.store.set({ translations: { ...this.store.get().translations, [id]: { ...this.of(id), ...change } } });
  }
}

export function newestMessage(view: View | undefined): number {
  const said = view?.conversation.facts.filter((fact) => fact.type === "message.sent") ?? [];
  return said[said.length - 1]?.seq ?? 0;
}

/** Whether another try may bring more. */
export function mayTryAgain({ problem, lines }: Translation): boolean {
  return !!problem || Object.values(lines).some(({ state }) => state === "late" || state === "failed");
}

/** Whether there is somebody who could translate. */
export function translatable(state: DeskState): boolean {
  const view = state.selected ? state.views[state.selected] : undefined;
  return !!view?.detail?.in_other_languages?.model;
}

/** A language's name, or its code where this browser knows none. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
