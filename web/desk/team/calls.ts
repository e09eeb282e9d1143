/** The administrators' side of the HTTP contract. */
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";

export type Staff = Schemas["TeamOut"];
export type Listed = Schemas["MemberHere"];
export type Member = Schemas["Member"];
export type NewColleague = Schemas["NewColleague"];
export type Change = Omit<Schemas["ColleagueChange"], "version">;

export function teamCalls(request: Api["request"]) {
  const of = (id: string, ...rest: string[]) => ["/team", encodeURIComponent(id), ...rest].join("/");
  return {
    list: (signal: AbortSignal) => request<Staff>("GET", "/team", { signal }),
    add: (body: NewColleague) => request<Schemas["AddedMember"]>("POST", "/team", { body }),
    change: (id: string, version: number, change: Change) => request<Member>("PATCH", of(id), { body: { version, ...change } }),
    newPassword: (id: string) => request<Schemas["NewPassword"]>("POST", of(id, "password")),
  };
}

export type TeamCalls = ReturnType<typeof teamCalls>;
