/** One file on its way. XMLHttpRequest, because `fetch` does not tell how far it has come. */
import { address, NetworkError, toProblem } from "../shared/api";
import type { Attachment } from "../shared/types";

export function sendFile(
  base: string,
  path: string,
  token: string | null,
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const failed = () => reject(new NetworkError("The server could not be reached."));
    request.open("POST", address(base, path, { name: file.name }));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onerror = request.onabort = failed;
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as Attachment);
      else reject(toProblem(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
