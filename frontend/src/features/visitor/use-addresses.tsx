/** Addresses of shared pictures that are in view: asked for, renewed before they end, and anew where one failed. */
import { useCallback, useEffect, useMemo, useState } from "react";

import type { ListedImage, PictureSource } from "@/api";
import type { Near } from "@/components/gallery/gallery-list";

/** How often it is looked whether addresses of what is in view have ended: they live for a minute. */
const RENEW_MS = 15_000;

/** `failed` is told why none could be had. */
export const useAddresses = (visit: PictureSource, failed: (problem: unknown) => void) => {
  // Counts the answers with addresses: what is drawn of them is another then.
  const [answers, setAnswers] = useState(0);
  const refresh = useCallback<PictureSource["refresh"]>(
    async (...asked) => {
      try {
        const isAnswered = await visit.refresh(...asked);
        if (isAnswered) setAnswers((before) => before + 1);
        return isAnswered;
      } catch (problem) {
        failed(problem);
        return false;
      }
    },
    [visit, failed],
  );

  const loader = useMemo(() => {
    const Loader = ({ ids }: Near) => {
      const wanted = ids.join(",");
      useEffect(() => {
        const renew = () => {
          if (wanted !== "" && !document.hidden) void refresh(wanted.split(","), "thumbnail");
        };
        renew();
        const timer = setInterval(renew, RENEW_MS);
        document.addEventListener("visibilitychange", renew);
        return () => {
          clearInterval(timer);
          document.removeEventListener("visibilitychange", renew);
        };
      }, [wanted]);
      return null;
    };
    return Loader;
  }, [refresh]);

  // What failed is asked for once more; a second failure has another reason than its age.
  const [tried] = useState(() => new Set<string>());
  const onFailed = useCallback(
    ({ id }: ListedImage) => {
      const url = visit.urlsOf(id)?.thumbnail.split("?", 1)[0];
      if (url === undefined || tried.has(url)) return false;
      tried.add(url);
      setTimeout(() => tried.delete(url), RENEW_MS);
      void refresh([id], "thumbnail", { isBroken: true });
      return true;
    },
    [visit, refresh, tried],
  );

  return { answers, refresh, onFailed, loader };
};
