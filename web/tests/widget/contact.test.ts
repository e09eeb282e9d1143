import { expect, test } from "vitest";
import { problemOf } from "../../widget/parts/contact";

const draft = { email: "", phone: "", text: "" };

test.each(["", "mara", "mara@host", "a b@example.com", "mara@example."])("%j is no e-mail address", (email) => {
  expect(problemOf("email", { ...draft, email }, false)).toEqual({ field: "email", word: "leaveBadEmail" });
});

test.each(["", "58058", "01 58058", "+43", "00 12"])("%j is no number that can be called", (phone) => {
  expect(problemOf("phone", { ...draft, phone }, false)).toEqual({ field: "phone", word: "leaveBadPhone" });
});

test("only the way that was chosen is looked at, and words are needed where nothing was said", () => {
  expect(problemOf("record", draft, false)).toBeNull();
  expect(problemOf("email", { ...draft, email: " mara@example.com " }, false)).toBeNull();
  expect(problemOf("phone", { ...draft, phone: "0043 1 58058" }, false)).toBeNull();
  expect(problemOf("record", { ...draft, text: "  " }, true)).toEqual({ field: "text", word: "leaveNoText" });
});
