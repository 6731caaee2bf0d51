/** The caption that the file itself brings along. */
import type { ImageDetail } from "@/api";

export const FileMetadata = ({ detail: { caption, title } }: { detail: ImageDetail }) =>
  // Windows writes one text as both.
  caption !== null &&
  caption !== title && (
    <section aria-label="From the file">
      <h3 className="text-sm text-muted">Caption in the file</h3>
      <p className="break-words whitespace-pre-line">{caption}</p>
    </section>
  );
