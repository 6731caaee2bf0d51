/** The visible part of the map: its centre and scale, and how they change. */
import { latLonOf, mapPointOf, wrap, type Box, type MapPoint } from "./mercator";

/** The world is 256 * 2^zoom pixels wide. */
export type Camera = MapPoint & { zoom: number };
export type Size = { width: number; height: number };

export const MAX_ZOOM = 17;
const PADDING = 60;

export const worldSize = (zoom: number): number => 256 * 2 ** zoom;

/** There is one world, and nothing beside it. */
export const minZoom = ({ width, height }: Size): number =>
  Math.max(0, Math.log2(Math.max(width, height) / 256));

const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value));

/** The same or the nearest one that shows no more than the world. */
export const clampCamera = (camera: Camera, size: Size): Camera => {
  const zoom = clamp(camera.zoom, minZoom(size), MAX_ZOOM);
  const half = size.height / 2 / worldSize(zoom);
  return { x: wrap(camera.x), y: half >= 0.5 ? 0.5 : clamp(camera.y, half, 1 - half), zoom };
};

/** Moved by pixels, as a finger moves the map. */
export const panned = (camera: Camera, right: number, down: number): Camera => {
  const world = worldSize(camera.zoom);
  return { ...camera, x: camera.x - right / world, y: camera.y - down / world };
};

/** Zoomed so that what is at a pixel stays there. */
export const zoomedAt = (camera: Camera, size: Size, at: MapPoint, zoom: number): Camera => {
  const to = clamp(zoom, minZoom(size), MAX_ZOOM);
  const [right, down] = [at.x - size.width / 2, at.y - size.height / 2];
  const [before, after] = [worldSize(camera.zoom), worldSize(to)];
  return {
    x: camera.x + right / before - right / after,
    y: camera.y + down / before - down / after,
    zoom: to,
  };
};

/** Where a pixel is on the map. */
export const pointAt = (camera: Camera, size: Size, at: MapPoint): MapPoint => {
  const world = worldSize(camera.zoom);
  return {
    x: wrap(camera.x + (at.x - size.width / 2) / world),
    y: clamp(camera.y + (at.y - size.height / 2) / world, 0, 1),
  };
};

/** Where a place is in the window: of all around the world, the nearest to the middle. */
export const pixelOf = (camera: Camera, size: Size, point: MapPoint): MapPoint => {
  const world = worldSize(camera.zoom);
  const right = wrap(point.x - camera.x + 0.5) - 0.5;
  return { x: size.width / 2 + right * world, y: size.height / 2 + (point.y - camera.y) * world };
};

/** What is seen; `step` pixels at once, so that small moves see the same. */
export const boxSeen = (camera: Camera, size: Size, step = 1): Box => {
  const world = worldSize(camera.zoom);
  const edge = (middle: number, pixels: number, round: (value: number) => number) =>
    (round((middle * world + pixels) / step) * step) / world;
  const left = edge(camera.x, -size.width / 2, Math.floor);
  const right = edge(camera.x, size.width / 2, Math.ceil);
  const northWest = latLonOf({
    x: left,
    y: Math.max(0, edge(camera.y, -size.height / 2, Math.floor)),
  });
  const southEast = latLonOf({
    x: right,
    y: Math.min(1, edge(camera.y, size.height / 2, Math.ceil)),
  });
  const isWhole = right - left >= 1;
  return {
    west: isWhole ? -180 : northWest.longitude,
    east: isWhole ? 180 : southEast.longitude,
    // At the map's own edges there is whatever lies behind them, too.
    north: northWest.latitude > 85 ? 90 : northWest.latitude,
    south: southEast.latitude < -85 ? -90 : southEast.latitude,
  };
};

/** What shows a box as large as it fits, with room for what stands at its edge. */
export const fitting = (box: Box, size: Size): Camera => {
  const from = mapPointOf({ latitude: box.north, longitude: box.west });
  const to = mapPointOf({ latitude: box.south, longitude: box.east });
  const width = box.west > box.east ? to.x + 1 - from.x : to.x - from.x;
  const height = to.y - from.y;
  const zoomFor = (pixels: number, part: number) =>
    part > 0 ? Math.log2(Math.max(pixels - 2 * PADDING, 64) / part / 256) : MAX_ZOOM;
  const zoom = Math.min(zoomFor(size.width, width), zoomFor(size.height, height), MAX_ZOOM);
  return clampCamera({ x: from.x + width / 2, y: from.y + height / 2, zoom }, size);
};

/** On the way from one to another, 0 to 1: the short way around the world. */
export const between = (from: Camera, to: Camera, part: number): Camera => {
  const zoom = from.zoom + (to.zoom - from.zoom) * part;
  // By as much of the way as has been zoomed: what is zoomed to stays in the window.
  const [start, end, now] = [from.zoom, to.zoom, zoom].map((each) => 2 ** -each) as [
    number,
    number,
    number,
  ];
  const moved = Math.abs(start - end) < 1e-9 ? part : (start - now) / (start - end);
  const right = wrap(to.x - from.x + 0.5) - 0.5;
  return { x: from.x + right * moved, y: from.y + (to.y - from.y) * moved, zoom };
};
