/** Message for an error; none where the user cancelled. */
import { isNotConfirmed, toProblem } from "@/api";
import { useToast } from "@/ui";

export const errorMessage = (error: unknown): string | undefined => {
  if (error === null || error === undefined || isNotConfirmed(error)) return undefined;
  return toProblem(error).detail;
};

/** Says a failure in a toast: for what is done in place, without a dialog. */
export const useShowError = (): ((error: unknown) => void) => {
  const toast = useToast();
  return (error) => {
    const message = errorMessage(error);
    if (message !== undefined) toast.show({ tone: "error", message });
  };
};
