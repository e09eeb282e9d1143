import { useMemo, useState } from "preact/hooks";
import { type FieldChange, fieldChanges, folded, type Row, type Side, sideBySide, type Stretch } from "./compare";
import type { Content } from "./types";
import { k, named } from "./words";

interface Props {
  before: Content;
  after: Content;
  /** What the two sides are called. */
  names: readonly [string, string];
}

/** Two versions side by side; on a narrow screen one below the other, line by line. */
export function Difference({ before, after, names }: Props) {
  const fields = useMemo(() => fieldChanges(before, after), [before, after]);
  const stretches = useMemo(() => folded(sideBySide(before.body, after.body)), [before.body, after.body]);
  if (before.body === after.body && fields.length === 0) return <p class="k-notice">{k("noDifference")}</p>;
  return (
    <div class="k-diff">
      {fields.length > 0 && <FieldList fields={fields} />}
      {before.body === after.body ? (
        <p class="soft">{k("sameText")}</p>
      ) : (
        <table>
          <caption class="for-readers">{k("diffOf", { before: names[0], after: names[1] })}</caption>
          <colgroup>
            <col class="k-narrow" />
            <col />
            <col class="k-narrow" />
            <col />
          </colgroup>
          <thead>
            <tr>
              <th scope="col" colSpan={2}>
                {names[0]}
              </th>
              <th scope="col" colSpan={2}>
                {names[1]}
              </th>
            </tr>
          </thead>
          {stretches.map((stretch, index) => (
            <Lines key={`${index}-${stretch.rows.length}`} stretch={stretch} />
          ))}
        </table>
      )}
    </div>
  );
}

function FieldList({ fields }: { fields: readonly FieldChange[] }) {
  return (
    <dl class="k-field-changes">
      {fields.map(({ name, before, after }) => (
        <div key={name}>
          <dt>{named("field", name)}</dt>
          <dd>
            <del>{before || k("nothing")}</del> <span aria-hidden="true">→</span> <ins>{after || k("nothing")}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Lines({ stretch }: { stretch: Stretch }) {
  const [open, setOpen] = useState(stretch.kind === "rows");
  return (
    <tbody>
      {open ? (
        stretch.rows.map((row, index) => <Line key={index} row={row} />)
      ) : (
        <tr>
          <td class="k-folded" colSpan={4}>
            <button type="button" class="link" onClick={() => setOpen(true)}>
              {k("sameLines", { count: stretch.rows.length })}
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Line({ row }: { row: Row }) {
  if (row.kind === "same")
    return (
      <tr>
        <td class="k-number">{row.left}</td>
        <td class="k-line">{row.text}</td>
        <td class="k-number is-second">{row.right}</td>
        <td class="k-line is-second">{row.text}</td>
      </tr>
    );
  return (
    <tr class="is-changed">
      <SideCells side={row.left} kind="gone" />
      <SideCells side={row.right} kind="come" />
    </tr>
  );
}

function SideCells({ side, kind }: { side: Side | null; kind: "gone" | "come" }) {
  if (!side)
    return (
      <>
        <td class={`k-number is-${kind} is-none`} />
        <td class={`k-line is-${kind} is-none`} />
      </>
    );
  const Mark = kind === "gone" ? "del" : "ins";
  return (
    <>
      <td class={`k-number is-${kind}`}>{side.number}</td>
      <td class={`k-line is-${kind}`}>{side.pieces.map((piece, index) => (piece.changed ? <Mark key={index}>{piece.text}</Mark> : piece.text))}</td>
    </>
  );
}
