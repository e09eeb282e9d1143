/** Nobody is there: keep the place or leave a message. Once one was left, where and by when it is answered. */
import type { Controller } from "../controller";
import type { MessageLeft } from "../state";
import { moment } from "../timeline";
import type { PartWords } from "./words";

interface Props {
  controller: Controller;
  words: PartWords;
  locale: string;
  left: MessageLeft | null;
  keeps: boolean;
  refocus: () => void;
}

export default function Waiting({ controller, words, locale, left, keeps, refocus }: Props) {
  const leave = () => controller.show("leave");
  if (left) {
    const said = { address: left.address, time: left.dueAt ? moment(left.dueAt, locale) : "" };
    return (
      <div class="waiting">
        <p>{words(left.kind === "phone" ? "leaveDonePhone" : "leaveDoneEmail", said)}</p>
        <button type="button" class="quiet" onClick={leave}>
          {words("leaveChange")}
        </button>
      </div>
    );
  }
  if (keeps)
    return (
      <div class="waiting">
        <button type="button" class="quiet" onClick={leave}>
          {words("leaveOpen")}
        </button>
      </div>
    );
  return (
    <div class="waiting" role="group" aria-labelledby="go-on">
      <p id="go-on" class="waiting-title">
        {words("leaveOffer")}
      </p>
      <div class="choices">
        <button type="button" class="choice" onClick={leave}>
          {words("leaveOpen")}
        </button>
        <button
          type="button"
          class="choice"
          onClick={() => {
            controller.leaving.keepPlace();
            refocus();
          }}
        >
          {words("leaveKeep")}
        </button>
      </div>
    </div>
  );
}
