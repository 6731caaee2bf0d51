/** What follows the answer to an invitation: what was accepted opens, and the rest is told. */
import { useLocation } from "wouter";

import { toProblem, type InvitationAnswer } from "@/api";
import { useToast } from "@/ui";

/** `href`: where what was accepted is; null: nothing was. */
export const useAnswered = () => {
  const toast = useToast();
  const [, navigate] = useLocation();
  return (kind: InvitationAnswer) => ({
    onSuccess: (href: string | null) => {
      if (href !== null) navigate(href);
      else toast.show({ message: kind === "block" ? "Blocked" : "Declined" });
    },
    onError: (error: Error) => toast.show({ tone: "error", message: toProblem(error).detail }),
  });
};
