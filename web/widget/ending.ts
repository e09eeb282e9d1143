/** How it went: solved or not, and the survey. */
import { ApiError } from "../shared/api";
import type { Store } from "../shared/store";
import type { CustomerCalls, FeedbackKind, SurveyAnswer } from "./calls";
import type { Inbox } from "./inbox";
import type { Session } from "./session";
import type { WidgetState } from "./state";
import type { Words } from "./words";

export class Ending {
  constructor(
    private readonly store: Store<WidgetState>,
    private readonly calls: CustomerCalls,
    private readonly session: Session,
    private readonly inbox: Inbox,
    private readonly words: Words,
  ) {}

  async feedback(kind: FeedbackKind): Promise<void> {
    const { id } = this.session;
    if (!id) return;
    this.store.set({ feedback: "sending" });
    try {
      await this.calls.feedback(id, kind);
      this.store.set({ feedback: "given" });
      this.inbox.notice(this.words(kind === "solved" ? "solvedThanks" : "notSolvedThanks"));
    } catch {
      this.store.set({ feedback: "open" });
      this.inbox.notice(this.words("feedbackFailed"));
    }
  }

  async survey(answer: SurveyAnswer): Promise<void> {
    const { id } = this.session;
    if (!id) return;
    try {
      await this.calls.survey(id, answer);
      this.leaveSurvey(answer.episode_id);
      this.inbox.notice(this.words("surveyThanks"));
    } catch (error) {
      this.inbox.notice(error instanceof ApiError ? error.message : this.words("feedbackFailed"));
    }
  }

  leaveSurvey(episode: string): void {
    this.store.set({ surveysLeft: [...this.store.get().surveysLeft, episode] });
  }
}
