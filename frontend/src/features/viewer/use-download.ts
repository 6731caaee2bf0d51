/** Downloading the original, by an address that lives a few minutes. */
import { useState } from "react";

import { fetchOriginal, toProblem, type Image } from "@/api";
import { useToast } from "@/ui";

export const useDownload = ({ id }: Image) => {
  const [isFetching, setIsFetching] = useState(false);
  const toast = useToast();

  const download = async () => {
    setIsFetching(true);
    try {
      const { url } = await fetchOriginal(id);
      // Storage answers as an attachment: the browser saves it, and this page stays.
      window.location.assign(url);
    } catch (error) {
      toast.show({ message: toProblem(error).detail, tone: "error" });
    } finally {
      setIsFetching(false);
    }
  };
  return { download: () => void download(), isFetching };
};
