import { describe, expect, test } from "vitest";
import { changeOf, contentOf, draftOf, EMPTY, found, rebased, toggled } from "../../../desk/team/account";
import type { Listed } from "../../../desk/team/calls";
import { named } from "../../../desk/team/words";

const person = (more: Partial<Listed> = {}): Listed => ({
  id: "agt_1",
  version: 3,
  name: "Mira Solberg",
  email: "mira@shop.example",
  roles: ["agent", "senior"],
  departments: ["orders", "billing"],
  skills: ["delivery", "returns"],
  languages: ["en", "de"],
  capacity: 4,
  active: true,
  load: 1,
  presence: "online",
  ...more,
});

describe("what is sent", () => {
  test("is nothing while nothing differs, in whatever order it is ticked or written", () => {
    const draft = { ...draftOf(person()), departments: ["billing", "orders"], skills: "returns,delivery ,", capacity: "4" };
    expect(changeOf(person(), draft)).toBeNull();
  });

  test("is what differs, and only that", () => {
    const draft = { ...draftOf(person()), name: " Mira S. ", roles: toggled(["agent", "senior"], "senior"), capacity: "0" };
    expect(changeOf(person(), draft)).toEqual({ name: "Mira S.", roles: ["agent"], capacity: 0 });
  });

  test("for somebody new is all of it", () => {
    expect(contentOf({ ...EMPTY, name: "Cleo", email: "cleo@shop.example", skills: "a, b" })).toEqual({
      name: "Cleo",
      email: "cleo@shop.example",
      roles: ["agent"],
      departments: [],
      skills: ["a", "b"],
      languages: ["en"],
      capacity: 4,
    });
  });
});

test("when somebody else was first, what was not touched follows, and what was touched stays", () => {
  const mine = { ...draftOf(person()), name: "Mira S.", capacity: "2" };
  const now = person({ version: 4, capacity: 6, languages: ["en"] });
  const { draft, moved } = rebased(person(), mine, now);
  expect(moved).toEqual(["languages", "capacity"]);
  expect(changeOf(now, draft)).toEqual({ name: "Mira S.", capacity: 2 });
  expect(draft.languages).toBe("en");
});

test("people are found by any of their words together", () => {
  const people = [person(), person({ id: "agt_2", name: "Jonas Reiter", email: "jonas@shop.example", roles: ["lead"], departments: ["gear"] })];
  const ids = (query: string) => found(people, query).map((each) => each.id);
  expect(ids("")).toEqual(["agt_1", "agt_2"]);
  expect(ids("  LEAD gear ")).toEqual(["agt_2"]);
  expect(ids("shop billing")).toEqual(["agt_1"]);
  expect(ids("lead billing")).toEqual([]);
});

test("a role that this page does not know yet is shown as it is", () => {
  expect(named("role", "night_watch")).toBe("night watch");
  expect(named("about", "night_watch")).toBe("");
});
