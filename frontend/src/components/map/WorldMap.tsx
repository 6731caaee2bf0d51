/** A map of the world that asks no other site: land and borders, what stands on it, and buttons to zoom. */
import {
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ReactNode,
  type Ref,
} from "react";

import { classNames, IconButton, MinusIcon, PlusIcon } from "@/ui";

import { MAX_ZOOM, minZoom, pixelOf, pointAt, zoomedAt, type Camera, type Size } from "./camera";
import { attachGestures } from "./gestures";
import { MapCanvas } from "./map-canvas";
import { MapSources } from "./MapSources";
import { latLonOf, type LatLon } from "./mercator";

/** What can be said to a map. */
export type MapHandle = {
  flyTo: (camera: Camera) => void;
  moveTo: (camera: Camera) => void;
  focus: () => void;
};

type WorldMapProps = {
  ref?: Ref<MapHandle>;
  /** Where it begins; afterwards it moves itself, and `ref` moves it. */
  start: Camera;
  label: string;
  /** It stands still, for the first time too. */
  onSettle: (camera: Camera, size: Size) => void;
  onClick?: (at: LatLon) => void;
  /** What stands at places: each with `data-x` and `data-y`, 0 to 1, which its middle is put at. */
  children?: ReactNode;
  className?: string;
};

/** Puts what stands on the map where it belongs. As properties of the elements: it happens in each frame. */
const place = (overlay: HTMLElement, camera: Camera, size: Size): void => {
  for (const element of overlay.children) {
    if (!(element instanceof HTMLElement)) continue;
    const { x, y } = element.dataset;
    const at = pixelOf(camera, size, { x: Number(x), y: Number(y) });
    element.style.transform = `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)`;
  }
};

const sizeOf = (element: Element): Size => ({
  width: element.clientWidth,
  height: element.clientHeight,
});

export const WorldMap = (props: WorldMapProps) => {
  const { ref, start, label, onSettle, onClick, children, className } = props;
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLDivElement>(null);
  const map = useRef<MapCanvas>(null);
  const latest = useRef({ start, onSettle, onClick });
  const [zooms, setZooms] = useState({ canIn: true, canOut: true });

  useLayoutEffect(() => {
    latest.current = { start, onSettle, onClick };
    if (overlay.current && map.current) {
      place(overlay.current, map.current.camera, map.current.size);
    }
  });

  useLayoutEffect(() => {
    const [element, drawing] = [root.current, canvas.current];
    if (!element || !drawing) return;
    const made = new MapCanvas(drawing, latest.current.start, {
      onFrame: (camera, size) => overlay.current && place(overlay.current, camera, size),
      onSettle: (camera, size) => {
        setZooms({
          canIn: camera.zoom < MAX_ZOOM - 0.01,
          canOut: camera.zoom > minZoom(size) + 0.01,
        });
        latest.current.onSettle(camera, size);
      },
    });
    map.current = made;
    made.resize(sizeOf(element));
    const stopGestures = attachGestures(element, made, (at) =>
      latest.current.onClick?.(latLonOf(pointAt(made.camera, made.size, at))),
    );
    const sizes = new ResizeObserver(() => made.resize(sizeOf(element)));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      stopGestures();
      made.destroy();
      map.current = null;
    };
  }, []);

  useEffect(() => {
    const recolour = () => map.current?.recolour();
    const chosen = new MutationObserver(recolour);
    chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", recolour);
    return () => {
      chosen.disconnect();
      system.removeEventListener("change", recolour);
    };
  }, []);

  useImperativeHandle(ref, () => ({
    flyTo: (camera) => map.current?.flyTo(camera),
    moveTo: (camera) => map.current?.moveTo(camera),
    focus: () => root.current?.focus({ preventScroll: true }),
  }));

  const zoomBy = (levels: number) => {
    const { current } = map;
    if (!current) return;
    const { target, size } = current;
    const middle = { x: size.width / 2, y: size.height / 2 };
    current.flyTo(zoomedAt(target, size, middle, Math.round(target.zoom) + levels));
  };

  return (
    <div className={classNames("relative isolate overflow-hidden", className)}>
      <div
        ref={root}
        role="application"
        aria-roledescription="map"
        aria-label={`${label}. Arrow keys move it, plus and minus zoom.`}
        // It takes keys of its own, as the role says.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={classNames(
          "absolute inset-0 touch-none select-none focus-visible:-outline-offset-2",
          onClick ? "cursor-crosshair" : "cursor-grab active:cursor-grabbing",
        )}
      >
        {/* Its colours are those of land, coasts and borders: see coloursOfTheme. */}
        <canvas
          ref={canvas}
          aria-hidden="true"
          className="map-canvas pointer-events-none absolute inset-0 size-full"
        />
        <div
          ref={overlay}
          className="pointer-events-none absolute inset-0 [&>*]:absolute [&>*]:top-0 [&>*]:left-0 [&>*]:pointer-events-auto"
        >
          {children}
        </div>
      </div>
      <MapSources className="absolute bottom-0 left-0 rounded-tr-lg bg-canvas/85 px-2 py-1" />
      <div className="absolute top-3 right-3 flex flex-col rounded-full bg-raised shadow-float">
        <IconButton label="Zoom in" disabled={!zooms.canIn} onClick={() => zoomBy(1)}>
          <PlusIcon />
        </IconButton>
        <IconButton label="Zoom out" disabled={!zooms.canOut} onClick={() => zoomBy(-1)}>
          <MinusIcon />
        </IconButton>
      </div>
    </div>
  );
};
