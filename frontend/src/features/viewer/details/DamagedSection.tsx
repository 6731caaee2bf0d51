/** The reason why a picture is damaged, and a button to try again: the cause may be fixed by now. */
import { toProblem, useRetryImage, type ImageDetail } from "@/api";
import { Button, RetryIcon, useToast } from "@/ui";

export const DamagedSection = ({ detail: { id, state, failure } }: { detail: ImageDetail }) => {
  const { mutate, isPending } = useRetryImage();
  const toast = useToast();
  if (state !== "damaged") return null;
  const retry = () =>
    mutate(id, {
      onError: (error) => toast.show({ message: toProblem(error).detail, tone: "error" }),
    });
  return (
    <section
      aria-label={failure?.title ?? "Damaged"}
      className="rounded-xl bg-danger-soft px-3.5 py-3"
    >
      <p className="font-medium text-danger">{failure?.title ?? "Damaged"}</p>
      <p className="mt-1 text-danger">
        {failure?.detail ?? "The original is kept as it was uploaded."}
      </p>
      <Button
        className="mt-2.5"
        busy={isPending}
        icon={<RetryIcon className="size-4" />}
        onClick={retry}
      >
        Try again
      </Button>
    </section>
  );
};
