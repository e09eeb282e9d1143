/** One file on its way. XMLHttpRequest, because `fetch` does not tell how far it has come. Fetched with the first file. */
import { type Api, address, NetworkError, toProblem } from "../../shared/api";

/** Sends for the generated client in place of `fetch`; `progress` hears which share has gone. */
export function sender(base: string, token: string | null, progress: (share: number) => void): Api["request"] {
  return (method, path, { raw, query, signal } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const failed = () => reject(new NetworkError("The server could not be reached."));
      if (signal?.aborted) return failed();
      request.open(method, address(base, path, query));
      request.setRequestHeader("Content-Type", "application/octet-stream");
      if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
      request.onerror = request.onabort = failed;
      request.onload = () => {
        if (request.status === 201) resolve(JSON.parse(request.responseText));
        else reject(toProblem(request.status, request.responseText, request.getResponseHeader("Retry-After")));
      };
      signal?.addEventListener("abort", () => request.abort());
      request.send(raw);
    });
}
