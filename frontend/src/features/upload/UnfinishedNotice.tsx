/** After a reload in the middle of an upload: what was not finished, and how to go on. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { counted, formatList, formatNumber } from "@/locale";
import { Button, CloseIcon, IconButton } from "@/ui";

import {} from "./panel/summary";
import { isBig } from "./queue/file-hash";
import { dismissUnfinished, readUnfinished, type Unfinished } from "./unfinished-storage";

type UnfinishedNoticeProps = { userId: string; onChoose: () => void };

const NAMED = 3;

const UnfinishedNotice = ({ userId, onChoose }: UnfinishedNoticeProps) => {
  const client = useQueryClient();
  const queryKey = ["unfinished uploads", userId];
  const { data: files = [] } = useQuery({
    queryKey,
    queryFn: () => readUnfinished(userId),
    staleTime: Infinity,
  });
  if (files.length === 0) return null;

  const dismiss = () => {
    void dismissUnfinished(userId);
    client.setQueryData(queryKey, []);
  };
  return (
    <section
      aria-label="Unfinished uploads"
      className="fixed inset-x-3 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-30 animate-rise rounded-2xl border border-line bg-raised p-4 shadow-float sm:inset-x-auto sm:right-5 sm:bottom-5 sm:w-96"
    >
      <div className="flex items-start justify-between gap-2">
        <h2 className="font-semibold">
          {counted(files.length, files.some(isZip) ? "file" : "picture")}{" "}
          {files.length === 1 ? "was" : "were"} not finished
        </h2>
        <IconButton label="Dismiss" onClick={dismiss} className="-mt-2 -mr-2">
          <CloseIcon className="size-4" />
        </IconButton>
      </div>
      <p className="mt-1 text-sm text-muted">
        {nameSome(files)}. Choose {files.length === 1 ? "it" : "them"} again to continue;{" "}
        {files.some(({ size }) => isBig(size))
          ? "what has arrived is not sent twice, and of large files only the missing parts are sent."
          : "what has arrived is not sent twice."}
      </p>
      <Button look="primary" className="mt-3" onClick={onChoose}>
        Choose again
      </Button>
    </section>
  );
};

const isZip = ({ name }: Unfinished): boolean => /\.zip$/i.test(name);

export default UnfinishedNotice;

const nameSome = (files: readonly Unfinished[]): string => {
  const names = files.slice(0, NAMED).map(({ name }) => name);
  const more = files.length - names.length;
  if (more > 0) names.push(`${formatNumber(more)} more`);
  return formatList(names, "conjunction");
};
