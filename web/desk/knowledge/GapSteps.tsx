import { useState } from "preact/hooks";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await } from "./parts";
import type { Gap } from "./types";
import { k } from "./words";

/** A draft gets its title from a person: a customer's words would stay in its address after they are erased. */
export function DraftForm({ busy, onDraft }: { busy: boolean; onDraft: (title: string) => Promise<unknown> }) {
  const [title, setTitle] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (!busy && title.trim()) void onDraft(title.trim());
  };
  return (
    <form class="k-gap-steps" onSubmit={submit}>
      <input required aria-label={k("draftTitle")} placeholder={k("draftTitle")} maxLength={180} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      <button type="submit" class="button is-main" disabled={busy}>
        {k("makeDraft")}
      </button>
    </form>
  );
}

interface MergeProps {
  calls: Part["calls"];
  gap: Gap;
  busy: boolean;
  onMerge: (into: number) => Promise<unknown>;
}

/** Its questions join another gap of its language; it cannot be taken back, so the other is chosen by name first. */
export function MergeForm({ calls, gap, busy, onMerge }: MergeProps) {
  const [open, setOpen] = useState(false);
  const [into, setInto] = useState("");
  const load = useLoad(open ? "gaps-to-merge" : null, (signal) => calls.gaps("", "count", signal));
  const submit = (event: Event) => {
    event.preventDefault();
    if (!busy && into) void onMerge(Number(into));
  };
  return (
    <details class="k-merge" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{k("mergeGap")}</summary>
      {open && (
        <Await load={load}>
          {(gaps) => {
            const others = gaps.filter((each) => each.id !== gap.id && each.locale === gap.locale);
            if (!others.length) return <p class="soft">{k("mergeNone")}</p>;
            return (
              <form class="k-gap-steps" onSubmit={submit}>
                <select required aria-label={k("mergeInto")} aria-describedby="merge-more" value={into} onChange={(event) => setInto(event.currentTarget.value)}>
                  <option value="">{k("mergeInto")}</option>
                  {others.map((each) => (
                    <option key={each.id} value={String(each.id)}>
                      {each.title} ({k("askedTimes", { count: each.count })})
                    </option>
                  ))}
                </select>
                <button type="submit" class="button" disabled={busy}>
                  {k("mergeDo")}
                </button>
                <p id="merge-more" class="soft">
                  {k("mergeMore")}
                </p>
              </form>
            );
          }}
        </Await>
      )}
    </details>
  );
}
