/** The administrators' side of the HTTP contract. */
import * as client from "../../contract/client";
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";

export type Staff = Schemas["TeamOut"];
export type Listed = Schemas["MemberHere"];
export type Member = Schemas["Member"];
export type NewColleague = Schemas["NewColleague"];
export type Change = Omit<Schemas["ColleagueChange"], "version">;

export function teamCalls(request: Api["request"]) {
  return {
    list: (signal: AbortSignal) => client.listTeam(request, { signal }),
    add: (body: NewColleague) => client.addColleague(request, { body }),
    change: (id: string, version: number, change: Change) => client.changeColleague(request, id, { body: { version, ...change } }),
    newPassword: (id: string) => client.giveNewPassword(request, id),
  };
}

export type TeamCalls = ReturnType<typeof teamCalls>;
