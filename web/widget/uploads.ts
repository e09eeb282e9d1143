/** Files that the customer puts beside the message: sent at once, with progress, and named by the message later. */
import { ApiError } from "../shared/api";
import { newId } from "../shared/ids";
import type { Store } from "../shared/store";
import type { Attachment } from "../shared/types";
import type { Upload, WidgetState } from "./state";
import type { Words } from "./words";

export interface UploadsPort {
  send(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment>;
  mostBytes(): number | null;
  say(notice: string): void;
}

export const MOST_FILES = 10;

export class Uploads {
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly store: Store<WidgetState>,
    private readonly words: Words,
    private readonly port: UploadsPort,
  ) {}

  add(files: readonly File[]): void {
    const room = MOST_FILES - this.store.get().uploads.length;
    if (files.length > room) this.port.say(this.words("uploadMany", { most: MOST_FILES }));
    for (const file of files.slice(0, room)) void this.send(file);
  }

  remove(key: string): void {
    this.running.get(key)?.abort();
    this.running.delete(key);
    this.store.set({ uploads: this.store.get().uploads.filter((upload) => upload.key !== key) });
  }

  /** True while one is on its way. */
  get busy(): boolean {
    return this.running.size > 0;
  }

  /** What has arrived, for a message that takes it along; the list is empty after it. */
  take(): Attachment[] {
    const taken = this.store.get().uploads.flatMap(({ attachment }) => attachment ?? []);
    this.store.set({ uploads: [] });
    return taken;
  }

  stop(): void {
    for (const running of this.running.values()) running.abort();
    this.running.clear();
  }

  private async send(file: File): Promise<void> {
    const key = newId();
    const { name, size } = file;
    this.store.set({ uploads: [...this.store.get().uploads, { key, name, size, progress: 0, attachment: null, problem: null }] });
    const most = this.port.mostBytes();
    if (most && size > most) return this.change(key, { problem: this.words("uploadTooLarge", { size: Math.floor(most / 1024 ** 2) }) });
    const running = new AbortController();
    this.running.set(key, running);
    try {
      const attachment = await this.port.send(file, (progress) => this.change(key, { progress }), running.signal);
      this.change(key, { attachment, progress: 1 });
    } catch (error) {
      if (!running.signal.aborted)
        this.change(key, { problem: error instanceof ApiError ? error.message : this.words("uploadFailed") });
    } finally {
      this.running.delete(key);
      // The state did not change with the list of what runs: let its watchers see that nothing is on its way.
      this.store.set({});
    }
  }

  private change(key: string, change: Partial<Upload>): void {
    this.store.set({ uploads: this.store.get().uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)) });
  }
}
