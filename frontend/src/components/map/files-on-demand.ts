/** Files of this site that a map needs as it is moved: loaded when first asked for, kept, and tried again. */

const RETRY_MS = 5_000;

type Loading = { isThere: false } | { isThere: true; content: unknown };

export class FilesOnDemand<Content> {
  private readonly files = new Map<string, Loading>();
  private readonly read: (answer: Response) => Promise<Content>;
  private readonly onLoaded: () => void;

  constructor(read: (answer: Response) => Promise<Content>, onLoaded: () => void) {
    this.read = read;
    this.onLoaded = onLoaded;
  }

  /** Undefined: it is not here yet; `onLoaded` tells when it may be. */
  get(address: string): Content | undefined {
    const file = this.files.get(address);
    if (!file) void this.load(address);
    return file?.isThere ? (file.content as Content) : undefined;
  }

  private async load(address: string): Promise<void> {
    this.files.set(address, { isThere: false });
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.files.set(address, { isThere: true, content: await this.read(answer) });
    } catch {
      // The map is there without it, and it is asked for once more in a while.
      setTimeout(() => {
        this.files.delete(address);
        this.onLoaded();
      }, RETRY_MS);
      return;
    }
    this.onLoaded();
  }
}
