/** What is said of clusters, and which box has all of them. */
import type { MapBox, MapCluster } from "@/api";
import { picturesInWords } from "@/locale";

/** "near Lisbon"; empty: at sea, or not named yet. */
const nearInWords = ({ place }: Pick<MapCluster, "place">): string => {
  const name = place && (place.town ?? place.region ?? place.country);
  return name ? ` near ${name}` : "";
};

/** "24 pictures near Lisbon" */
export const clusterInWords = (cluster: Pick<MapCluster, "count" | "place">): string =>
  picturesInWords(cluster.count) + nearInWords(cluster);

/** The smallest box that has them all, perhaps across 180°; null: there are none. */
export const boxOfClusters = (
  clusters: readonly Pick<MapCluster, "latitude" | "longitude">[],
): MapBox | null => {
  const around = clusters.map(({ longitude }) => longitude).sort((a, b) => a - b);
  const [first] = around;
  if (first === undefined) return null;
  // It ends where the widest empty stretch begins.
  let [west, east, widest] = [first, around.at(-1) ?? first, 0];
  around.forEach((longitude, at) => {
    const next = around[at + 1] ?? first + 360;
    if (next - longitude <= widest) return;
    widest = next - longitude;
    [west, east] = [around[at + 1] ?? first, longitude];
  });
  const up = clusters.map(({ latitude }) => latitude);
  return { west, south: Math.min(...up), east, north: Math.max(...up) };
};
