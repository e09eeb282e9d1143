/** What an operation of the contract takes and gives, by its name in `contract/openapi.ts`. For the generated client. */
import type { operations } from "../contract/openapi";
import type { RequestOptions } from "./api";

type Name = keyof operations;
type Json<Of> = Of extends { content: { "application/json": infer Data } } ? Data : never;
type Succeeding<Responses> = Responses[keyof Responses & (200 | 201 | 202)];

/** Time, signal and token of one call, its query where there is one, its body as JSON or as it is. */
export type Takes<N extends Name> = Omit<RequestOptions, "query" | "body" | "raw"> &
  Pick<operations[N]["parameters"], "query"> &
  (operations[N] extends { requestBody?: undefined }
    ? { raw?: Blob }
    : operations[N] extends { requestBody: { content: { "multipart/form-data": unknown } } }
      ? { raw: FormData }
      : operations[N] extends { requestBody: infer Body }
        ? { body: Json<Body> }
        : { body?: Json<NonNullable<operations[N]["requestBody"]>> });

/** The data of its success; null where it has none, unknown where it is no JSON. */
export type Gives<N extends Name> = operations[N]["responses"] extends { 204: unknown }
  ? null
  : [Json<Succeeding<operations[N]["responses"]>>] extends [never]
    ? unknown
    : Json<Succeeding<operations[N]["responses"]>>;
