/** Labels of clusters, and the box that contains them. */
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

/** The smallest box that has all their pictures, perhaps across 180°; null: there are none. */
export const boxOfClusters = (clusters: readonly Pick<MapCluster, "box">[]): MapBox | null => {
  const arcs = clusters
    .map(({ box: { west, east } }) => ({ west, east: east < west ? east + 360 : east }))
    .sort((a, b) => a.west - b.west);
  const [first] = arcs;
  if (first === undefined) return null;
  // It ends where the widest empty stretch begins.
  let [west, east, widest, end] = [first.west, first.east, 0, first.east];
  arcs.forEach((arc, at) => {
    end = Math.max(end, arc.east);
    const next = arcs[at + 1]?.west ?? first.west + 360;
    if (at > 0 && next - end <= widest) return;
    widest = next - end;
    [west, east] = [next, end];
  });
  const within = (longitude: number) => (longitude > 180 ? longitude - 360 : longitude);
  return {
    west: within(west),
    south: Math.min(...clusters.map(({ box }) => box.south)),
    east: within(east),
    north: Math.max(...clusters.map(({ box }) => box.north)),
  };
};
