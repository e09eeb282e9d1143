/** What somebody waits for: decisions on prepared operations, and promises that nobody has kept yet. */
import { ApiError } from "../shared/api";
import type { Store } from "../shared/store";
import type { Schemas } from "../shared/types";
import type { DeskCalls } from "./calls";
import type { DeskState, Owed } from "./state";
import { t } from "./words";

export type Approval = Schemas["Approval"];
/** As the list has it; `open` where its time is far off. */
export type OwedPromise = Schemas["Promise"];
export type Verdict = "approved" | "declined";

/** The owner of the promise that somebody will decide: the decision itself keeps it. */
export const APPROVERS = "approvals";

export interface OwedPort {
  toast(text: string): void;
  refreshOpen(): void;
  /** The promises were read. */
  promised(promises: readonly OwedPromise[]): void;
}

/** What this person should look at now: what they may decide, and what is due soon or late. */
export function pressing(owed: Owed | null): number | null {
  if (!owed) return null;
  return owed.approvals.filter((each) => each.may_decide).length + owed.promises.filter((each) => each.state !== "open").length;
}

export class OwedList {
  constructor(
    private readonly store: Store<DeskState>,
    private readonly calls: DeskCalls,
    private readonly port: OwedPort,
  ) {}

  async load(): Promise<void> {
    try {
      const [{ approvals }, { promises }] = await Promise.all([this.calls.approvals(), this.calls.promises()]);
      this.store.set({ owed: { approvals, promises: promises.filter((each) => each.owner !== APPROVERS) }, owedProblem: null });
      this.port.promised(promises);
    } catch (error) {
      this.store.set({ owedProblem: error instanceof ApiError ? error.message : t("unreachable") });
    }
  }

  /** A person's word on a prepared operation; what follows happens by itself. */
  decide(approval: Approval, decision: Verdict): Promise<boolean> {
    const done = decision === "declined" ? t("owedDeclined") : t(approval.agreed ? "owedApproved" : "owedApprovedAsks");
    return this.act(() => this.calls.decide(approval.approval_id, decision), done);
  }

  /** `proof`: where it can be seen that it was kept. */
  keep(promiseId: string, proof: string): Promise<boolean> {
    return this.act(() => this.calls.keepPromise(promiseId, proof), t("owedKept"));
  }

  private async act(call: () => Promise<unknown>, done: string): Promise<boolean> {
    try {
      await call();
      this.port.toast(done);
      return true;
    } catch (error) {
      this.port.toast(error instanceof ApiError ? error.message : t("unreachable"));
      return false;
    } finally {
      await this.load();
      this.port.refreshOpen();
    }
  }
}
