/** A cluster on the map: the picture that stands for it, and how many there are. */
import { memo } from "react";

import type { Image, MapCluster } from "@/api";
import { mapPointOf } from "@/components/map/mercator";
import { formatNumber } from "@/locale";
import { PicturesIcon } from "@/ui";

import { clusterInWords } from "./clusters";

type ClusterButtonProps = {
  cluster: MapCluster;
  image: Image | undefined;
  onPress: (cluster: MapCluster) => void;
};

export const ClusterButton = memo(({ cluster, image, onPress }: ClusterButtonProps) => {
  const { x, y } = mapPointOf(cluster);
  const label = clusterInWords(cluster);
  const url = image?.thumbnail_url ?? null;
  return (
    <button
      type="button"
      data-x={x}
      data-y={y}
      title={label}
      aria-label={label}
      onClick={() => onPress(cluster)}
      className="size-12 rounded-xl border-2 border-white bg-sunken text-muted shadow-float outline-offset-2 hover:z-10 focus-visible:z-10"
    >
      {url === null ? (
        <PicturesIcon className="m-auto size-5" />
      ) : (
        <img
          src={url}
          alt=""
          draggable={false}
          decoding="async"
          className="size-full rounded-[0.6rem] object-cover"
        />
      )}
      {cluster.count > 1 && (
        <span className="absolute -top-2 -right-2 min-w-6 rounded-full bg-ink px-1.5 text-xs leading-6 font-semibold text-canvas [overflow-wrap:normal]">
          {formatNumber(cluster.count)}
        </span>
      )}
    </button>
  );
});
ClusterButton.displayName = "ClusterButton";
