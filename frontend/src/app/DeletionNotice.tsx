/** Says on every page that the account is about to go, and how to keep it. */
import { toProblem, useKeepAccount, useSession } from "@/api";
import { dateFormat } from "@/locale";
import { Button, useToast, WarningIcon } from "@/ui";

const moment = dateFormat({
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
});

const Notice = ({ at }: { at: string }) => {
  const keep = useKeepAccount();
  const toast = useToast();
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-5 gap-y-2 bg-danger-soft px-4 py-2">
      <p className="flex items-center gap-2 font-medium text-danger">
        <WarningIcon />
        <span>
          Your account and all your pictures will be deleted on{" "}
          <time dateTime={at}>{moment.format(new Date(at))}</time>.
        </span>
      </p>
      <Button
        busy={keep.isPending}
        onClick={() =>
          keep.mutate(undefined, {
            onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
          })
        }
      >
        Keep my account
      </Button>
    </div>
  );
};

export const DeletionNotice = () => {
  const at = useSession().user?.delete_after ?? null;
  return <div role="status">{at !== null && <Notice at={at} />}</div>;
};
