/** Loads the buckets near the view and all that is known of what is in view. Shows only what went wrong. */
import type { ComponentType } from "react";

import {
  toProblem,
  useBuckets,
  useImagesInView,
  useKnownImages,
  isUnfinished,
  useUnfinished,
  type View,
} from "@/api";
import type { Near } from "@/components/gallery/gallery-list";
import { Button, RetryIcon } from "@/ui";

const BucketLoader = ({ view, buckets, ids }: Near & { view: View }) => {
  const { error, retry } = useBuckets(view, buckets);
  useImagesInView(ids);
  const known = useKnownImages();
  useUnfinished(
    ids.filter((id) => {
      const image = known.get(id);
      return image !== undefined && isUnfinished(image);
    }),
  );
  if (!error) return null;
  return (
    <div
      role="alert"
      className="fixed inset-x-4 bottom-20 z-20 mx-auto flex w-fit max-w-full items-center gap-4 rounded-2xl bg-raised py-2 pr-2 pl-5 shadow-float sm:bottom-6"
    >
      <p>Some pictures could not be loaded. {toProblem(error).detail}</p>
      <Button look="quiet" icon={<RetryIcon />} onClick={retry}>
        Try again
      </Button>
    </div>
  );
};

const loaderOf = (view: View): ComponentType<Near> =>
  function Loader(near) {
    return <BucketLoader view={view} {...near} />;
  };

const loaders = new Map<View, ComponentType<Near>>();

/** The same component each time, or React would begin anew with each rendering. */
export const loaderFor = (view: View): ComponentType<Near> => {
  const loader = loaders.get(view) ?? loaderOf(view);
  loaders.set(view, loader);
  return loader;
};
