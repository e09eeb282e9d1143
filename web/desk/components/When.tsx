import { clock, utc } from "../format";

/** A time as the reader's clock shows it; the title has it in UTC. */
export function When({ at, class: name }: { at: string; class?: string }) {
  return (
    <time dateTime={at} title={utc(at)} class={name}>
      {clock(at)}
    </time>
  );
}
