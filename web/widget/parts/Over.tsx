/** Before a new conversation while somebody waits, or is with a person: what becomes of this one. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Owner } from "../../shared/reduce";
import type { Controller } from "../controller";
import type { PartWords } from "./words";

interface Props {
  controller: Controller;
  words: PartWords;
  owner: Owner;
  back: () => void;
}

export default function Over({ controller, words, owner, back }: Props) {
  const stay = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => stay.current?.focus(), []);
  return (
    <div class="waiting" role="group" aria-labelledby="over">
      <p id="over">
        {owner.kind === "agent" ? words("overAgent", { name: owner.name }) : words("overQueue")} {words("overMore")}
      </p>
      <div class="choices">
        <button ref={stay} type="button" class="choice" onClick={back}>
          {words("overStay")}
        </button>
        <button
          type="button"
          class="choice"
          onClick={() => {
            controller.begin(true);
            back();
          }}
        >
          {words("newConversation")}
        </button>
      </div>
    </div>
  );
}
