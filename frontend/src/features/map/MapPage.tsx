/** Page of the map: clusters, and beside it the pictures in view. */
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";

import {
  toProblem,
  useImagesInView,
  useKnownImages,
  useMapClusters,
  useMapImages,
  WORLD,
  type MapBox,
  type MapCluster,
} from "@/api";
import { boxSeen, fitting, MAX_ZOOM, type Camera, type Size } from "@/components/map/camera";
import { mapPointOf } from "@/components/map/mercator";
import { WorldMap, type MapHandle } from "@/components/map/WorldMap";
import { picturesInWords } from "@/locale";
import {
  Button,
  buttonClass,
  CloseIcon,
  EmptyState,
  ErrorState,
  IconButton,
  usePageTitle,
} from "@/ui";

import { ClusterButton } from "./ClusterButton";
import { boxOfClusters, clusterInWords } from "./clusters";
import { InView } from "./InView";
import { setListedBox } from "./listed-box";
import { boxInAddress, cameraInAddress, parseBox, parseCamera } from "./map-address";
import { MapPinArt } from "./MapPinArt";

/** What is asked for at once: smaller moves of the map ask for nothing. */
const STEP = 256;
const SEARCH_NOT_PLACED = `/search?q=${encodeURIComponent("-is:placed")}`;
/** Clusters of the whole world, to begin with what has pictures. */
const OVERVIEW = { box: WORLD, zoom: 3 };
const EVERYWHERE: Camera = { x: 0.5, y: 0.42, zoom: 1 };
/** Zooming in by less would look as if nothing had happened: the pictures are at one place. */
const LEAST_ZOOM_IN = 0.5;

type Seen = { camera: Camera; size: Size };

const asked = ({ camera, size }: Seen) => ({
  box: boxSeen(camera, size, STEP),
  zoom: Math.round(camera.zoom),
});

const NotPlaced = ({ count }: { count: number }) =>
  count > 0 && (
    <p className="text-sm text-muted">
      {picturesInWords(count)} {count === 1 ? "has" : "have"} no place.{" "}
      <Link href={SEARCH_NOT_PLACED} className="font-medium text-ink underline underline-offset-2">
        Show and place {count === 1 ? "it" : "them"}
      </Link>
    </p>
  );

const Empty = ({ notPlaced, onUpload }: { notPlaced: number; onUpload: () => void }) => (
  <EmptyState
    picture={<MapPinArt />}
    title="No picture has a place yet"
    actions={
      notPlaced > 0 ? (
        <Link href={SEARCH_NOT_PLACED} className={buttonClass("primary")}>
          Show pictures without a place
        </Link>
      ) : (
        <Button look="primary" onClick={onUpload}>
          Choose pictures
        </Button>
      )
    }
  >
    <p>
      Phones and some cameras record where a picture was taken. For other pictures, select them and
      choose “Change place”.
    </p>
  </EmptyState>
);

type MapPageProps = { onOpen: (id: string) => void; onUpload: () => void };

export const MapPage = ({ onOpen, onUpload }: MapPageProps) => {
  usePageTitle("Map");
  const overview = useMapClusters(OVERVIEW);
  if (overview.isError && !overview.data) {
    return (
      <ErrorState
        title="The map can’t be shown"
        detail={toProblem(overview.error).detail}
        busy={overview.isFetching}
        onRetry={() => void overview.refetch()}
      />
    );
  }
  if (overview.data?.placed === 0) {
    return (
      <>
        <h1 className="py-3 text-2xl font-semibold tracking-tight">Map</h1>
        <Empty notPlaced={overview.data.not_placed} onUpload={onUpload} />
      </>
    );
  }
  return (
    <>
      <h1 className="sr-only">Map</h1>
      <Filled
        all={overview.data ? boxOfClusters(overview.data.clusters) : null}
        notPlaced={overview.data?.not_placed ?? 0}
        onOpen={onOpen}
      />
    </>
  );
};

type FilledProps = { all: MapBox | null; notPlaced: number; onOpen: (id: string) => void };

const Filled = ({ all, notPlaced, onOpen }: FilledProps) => {
  const map = useRef<MapHandle>(null);
  const [seen, setSeen] = useState<Seen | null>(null);
  const { at, place, begin, note, visit, leave } = useMapAddress(map, all, seen?.size ?? null);
  const clusters = useMapClusters(seen && asked(seen));
  const box = useMemo(() => place ?? (seen && boxSeen(seen.camera, seen.size)), [place, seen]);
  const list = useMapImages(box);
  const known = useKnownImages();
  useEffect(() => setListedBox(box), [box]);
  // Rendered between frames: the map moves on meanwhile.
  const shown = useDeferredValue(clusters.data?.clusters ?? NONE);
  useImagesInView(useMemo(() => shown.map(({ image_id }) => image_id), [shown]));

  const onPress = useCallback(
    (cluster: MapCluster) => {
      if (cluster.count === 1) onOpen(cluster.image_id);
      else if (seen) visit(cluster, seen);
    },
    [onOpen, seen, visit],
  );
  const here = place && shown.find((cluster) => isSame(cluster.box, place));
  return (
    <div className="map-page flex flex-col gap-3 lg:flex-row">
      <WorldMap
        ref={map}
        start={at ?? begin ?? EVERYWHERE}
        label="Map of your pictures"
        onSettle={(camera, size) => {
          setSeen({ camera, size });
          note(camera);
        }}
        className="min-h-64 grow rounded-2xl border border-line"
      >
        {shown.map((cluster) => (
          <ClusterButton
            key={cluster.image_id}
            cluster={cluster}
            image={known.get(cluster.image_id)}
            onPress={onPress}
          />
        ))}
      </WorldMap>
      <section
        aria-label="Pictures in view"
        className="flex shrink-0 flex-col gap-2 lg:w-80 lg:overflow-y-auto lg:px-1"
      >
        <NotPlaced count={notPlaced} />
        <div className="flex min-h-10 items-center gap-2">
          <h2 aria-live="polite" className="grow font-semibold tracking-tight">
            {place
              ? here
                ? clusterInWords(here)
                : "Pictures at one place"
              : inView(clusters.data, seen)}
          </h2>
          {place && (
            <IconButton label="Show all pictures in view" onClick={leave}>
              <CloseIcon />
            </IconButton>
          )}
        </div>
        <InView list={list} known={known} onOpen={onOpen} />
      </section>
    </div>
  );
};

/** The API's smallest boxes are 0.0007° wide: what is in one cannot be seen apart. */
const isOnePlace = ({ west, east }: MapBox): boolean => east - west < 0.0008;

const NONE: readonly MapCluster[] = [];

const isSame = (a: MapBox, b: MapBox): boolean => boxInAddress(a) === boxInAddress(b);

/** How many there are, of clusters whose middle is in the window. */
const inView = (
  found: { clusters: readonly MapCluster[] } | undefined,
  seen: Seen | null,
): string => {
  if (!found || !seen) return "";
  const { west, south, east, north } = boxSeen(seen.camera, seen.size);
  const isIn = ({ latitude, longitude }: MapCluster) =>
    latitude >= south &&
    latitude <= north &&
    (west <= east
      ? longitude >= west && longitude <= east
      : longitude >= west || longitude <= east);
  return `${picturesInWords(found.clusters.filter(isIn).reduce((sum, { count }) => sum + count, 0))} in view`;
};

/**
 * The address says what is seen, so that it can be kept and sent, and Back leads to what was seen before a cluster
 * was pressed. Moving the map changes the address in place.
 */
const useMapAddress = (
  map: React.RefObject<MapHandle | null>,
  all: MapBox | null,
  size: Size | null,
) => {
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const said = search.get("at");
  const at = useMemo(() => parseCamera(said), [said]);
  const inside = search.get("in");
  const place = useMemo(() => parseBox(inside), [inside]);
  /** What this page itself has put into the address. */
  const written = useRef(said);
  const hasBegun = useRef(at !== null);

  const write = useCallback(
    (camera: Camera, box: MapBox | null, options: { replace: boolean }) => {
      written.current = cameraInAddress(camera);
      const within = box ? `&in=${boxInAddress(box)}` : "";
      navigate(`/map?at=${written.current}${within}`, options);
    },
    [navigate],
  );

  // Somebody came back, or followed a link.
  useEffect(() => {
    if (said === written.current) return;
    written.current = said;
    if (at) map.current?.moveTo(at);
    else hasBegun.current = false;
  }, [said, at, map]);

  // Without a word of it in the address it begins with what has pictures.
  useEffect(() => {
    if (hasBegun.current || !all || !size) return;
    hasBegun.current = true;
    map.current?.moveTo(fitting(all, size));
  }, [all, size, map]);

  return {
    at,
    place,
    begin: all ? { ...mapPointOf(middleOf(all)), zoom: 1 } : null,
    note: useCallback(
      (camera: Camera) => {
        if (!hasBegun.current || !/^\/map\/?$/.test(window.location.pathname)) return;
        if (cameraInAddress(camera) !== written.current) write(camera, place, { replace: true });
      },
      [write, place],
    ),
    visit: useCallback(
      (cluster: MapCluster, { camera, size: window }: Seen) => {
        const to = fitting(cluster.box, window);
        if (
          isOnePlace(cluster.box) ||
          to.zoom < camera.zoom + LEAST_ZOOM_IN ||
          camera.zoom >= MAX_ZOOM - LEAST_ZOOM_IN
        ) {
          write(camera, cluster.box, { replace: false });
          return;
        }
        write(to, null, { replace: false });
        map.current?.flyTo(to);
      },
      [map, write],
    ),
    leave: useCallback(() => {
      const camera = parseCamera(written.current);
      if (camera) write(camera, null, { replace: false });
    }, [write]),
  };
};

const middleOf = ({ west, south, east, north }: MapBox) => ({
  latitude: (south + north) / 2,
  longitude: (west + east) / 2,
});
