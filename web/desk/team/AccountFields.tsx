import type { ComponentChildren } from "preact";
import { type Draft, type Field, toggled } from "./account";
import type { Staff } from "./calls";
import { m, named } from "./words";

/** What was refused: at a field where the server names one. */
export interface Refused {
  text: string;
  field: Field | null;
}

interface Props {
  staff: Staff;
  draft: Draft;
  refused: Refused | null;
  onChange: (change: Partial<Draft>) => void;
}

/** What there is to say about a colleague. */
export function AccountFields({ staff, draft, refused, onChange }: Props) {
  const problem = (field: Field) => (refused?.field === field ? refused.text : null);
  return (
    <>
      <Line field="name" value={draft.name} problem={problem("name")} required maxLength={120} onInput={(name) => onChange({ name })} />
      <Line field="email" type="email" value={draft.email} problem={problem("email")} required maxLength={254} onInput={(email) => onChange({ email })} />
      <Ticks field="roles" problem={problem("roles")}>
        {staff.roles.map((role) => (
          <Tick key={role} label={named("role", role)} about={named("about", role)} on={draft.roles.includes(role)} onTurn={() => onChange({ roles: toggled(draft.roles, role) })} />
        ))}
      </Ticks>
      <Ticks field="departments" hint={m("hint_departments")} problem={problem("departments")}>
        {staff.departments.map((each) => (
          <Tick key={each} label={each} on={draft.departments.includes(each)} onTurn={() => onChange({ departments: toggled(draft.departments, each) })} />
        ))}
      </Ticks>
      <Line field="skills" value={draft.skills} hint={m("hint_skills", { skills: staff.skills.join(", ") })} problem={problem("skills")} onInput={(skills) => onChange({ skills })} />
      <Line field="languages" value={draft.languages} hint={m("hint_languages")} problem={problem("languages")} required onInput={(languages) => onChange({ languages })} />
      <Line field="capacity" type="number" value={draft.capacity} hint={m("hint_capacity")} problem={problem("capacity")} required onInput={(capacity) => onChange({ capacity })} />
    </>
  );
}

interface LineProps {
  field: Field;
  value: string;
  problem: string | null;
  onInput: (value: string) => void;
  type?: "text" | "email" | "number";
  hint?: string;
  required?: boolean;
  maxLength?: number;
}

function Line({ field, value, problem, onInput, type = "text", hint, required, maxLength }: LineProps) {
  const [hinted, wrong] = [`team-hint-${field}`, `team-problem-${field}`];
  const described = [hint && hinted, problem && wrong].filter(Boolean).join(" ");
  return (
    <div class="team-field">
      <label for={`team-${field}`}>{named("field", field)}</label>
      <input
        id={`team-${field}`}
        // The typings take one literal at a time; all are text fields with a check of their own.
        type={type as "text"}
        {...(type === "number" && { min: 0, max: 200, step: 1 })}
        autoComplete="off"
        required={required}
        maxLength={maxLength}
        value={value}
        aria-invalid={problem ? true : undefined}
        aria-describedby={described || undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint && (
        <span id={hinted} class="soft">
          {hint}
        </span>
      )}
      <Problem id={wrong} text={problem} />
    </div>
  );
}

function Ticks({ field, hint, problem, children }: { field: Field; hint?: string; problem: string | null; children: ComponentChildren }) {
  const wrong = `team-problem-${field}`;
  return (
    <fieldset id={`team-${field}`} class={`team-ticks is-${field}`} tabIndex={-1} aria-describedby={problem ? wrong : undefined}>
      <legend>
        {named("field", field)} {hint && <span class="soft">{hint}</span>}
      </legend>
      <div>{children}</div>
      <Problem id={wrong} text={problem} />
    </fieldset>
  );
}

function Tick({ label, about, on, onTurn }: { label: string; about?: string; on: boolean; onTurn: () => void }) {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={onTurn} />
      <span>
        {label}
        {about && <span class="soft"> – {about}</span>}
      </span>
    </label>
  );
}

function Problem({ id, text }: { id: string; text: string | null }) {
  return text ? (
    <span id={id} class="problem" role="alert">
      {text}
    </span>
  ) : null;
}
