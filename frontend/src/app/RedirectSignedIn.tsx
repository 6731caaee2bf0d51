/** Leads someone who is signed in away from the pages that are there to get in. */
import { useEffect } from "react";
import { Redirect, useLocation, useSearchParams } from "wouter";

import { useToast } from "@/ui";

import { loadAuth } from "./lazy-screens";
import { useNext } from "./SignedOut";

/** A provider could not do for a signed-in person what they wanted of it; that was in their settings. */
const Explained = ({ problem }: { problem: string }) => {
  const [, navigate] = useLocation();
  const toast = useToast();
  useEffect(() => {
    let isGone = false;
    const explain = async () => {
      const { problemFromCode } = await loadAuth();
      const found = problemFromCode(problem);
      if (isGone) return;
      if (found) {
        toast.show({
          message: found.words,
          tone: found.tone === "danger" ? "error" : "plain",
        });
      }
      navigate("/settings", { replace: true });
    };
    void explain();
    return () => {
      isGone = true;
    };
  }, [problem, navigate, toast]);
  return null;
};

export const RedirectSignedIn = () => {
  const [search] = useSearchParams();
  const next = useNext();
  const problem = search.get("problem");
  return problem === null ? <Redirect to={next} replace /> : <Explained problem={problem} />;
};
