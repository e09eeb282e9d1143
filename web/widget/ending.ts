/** How it went: solved or not, and the survey. */
import { ApiError } from "../shared/api";
import type { FeedbackKind, SurveyAnswer } from "./calls";
import type { Talk } from "./talk";

export class Ending {
  constructor(private readonly talk: Talk) {}

  async feedback(kind: FeedbackKind): Promise<void> {
    const { store, calls, session, inbox, words } = this.talk;
    if (!session.id || store.get().feedback === "sending") return;
    store.set({ feedback: "sending" });
    try {
      await calls.feedback(session.id, kind);
      store.set({ feedback: kind });
      inbox.notice(words(kind === "solved" ? "solvedThanks" : "notSolvedThanks"));
    } catch {
      store.set({ feedback: "open" });
      inbox.notice(words("feedbackFailed"));
    }
  }

  async survey(answer: SurveyAnswer): Promise<void> {
    const { calls, session, inbox, words } = this.talk;
    if (!session.id) return;
    try {
      await calls.survey(session.id, answer);
      this.leaveSurvey(answer.episode_id);
      inbox.notice(words("surveyThanks"));
    } catch (error) {
      inbox.notice(error instanceof ApiError ? error.message : words("feedbackFailed"));
    }
  }

  /** It stands below the messages by itself: who hears the page is told. */
  announceSurvey(): void {
    this.talk.inbox.announce(this.talk.words("survey"));
  }

  leaveSurvey(episode: string): void {
    const { store } = this.talk;
    store.set({ surveysLeft: [...store.get().surveysLeft, episode] });
  }
}
