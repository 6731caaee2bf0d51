/** Files that were shared with Pinhole, and whether to upload them: any site could have sent them. */
import { picturesInWords } from "@/locale";
import { Button } from "@/ui";

type SharedNoticeProps = {
  files: readonly File[];
  onUpload: () => void;
  onDiscard: () => void;
};

const MAX_NAMED = 3;

export const SharedNotice = ({ files, onUpload, onDiscard }: SharedNoticeProps) => (
  <section
    aria-label="Shared pictures"
    className="fixed inset-x-3 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-30 animate-rise rounded-2xl border border-line bg-raised p-4 shadow-float sm:inset-x-auto sm:right-5 sm:bottom-5 sm:w-96"
  >
    <h2 className="font-semibold">{picturesInWords(files.length)} shared with Pinhole</h2>
    <p className="mt-1 text-sm [overflow-wrap:anywhere] text-muted">
      {files
        .slice(0, MAX_NAMED)
        .map(({ name }) => name)
        .join(", ")}
      {files.length > MAX_NAMED && ", …"}
    </p>
    <div className="mt-3 flex gap-2">
      <Button look="primary" onClick={onUpload}>
        Upload
      </Button>
      <Button look="quiet" onClick={onDiscard}>
        Discard
      </Button>
    </div>
  </section>
);
