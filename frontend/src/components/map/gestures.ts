/** Input for the map: drag, pinch, wheel, double click, and keys. */
import { panned, zoomedAt, type Camera } from "./camera";
import type { MapCanvas } from "./map-canvas";
import type { MapPoint } from "./mercator";

/** Nearer to where it began, a press is a click. */
const CLICK_PIXELS = 5;
const KEY_PIXELS = 120;

type Pointers = Map<number, MapPoint>;

const middleOf = (pointers: Pointers): MapPoint => {
  const all = [...pointers.values()];
  const mean = (pick: (point: MapPoint) => number) =>
    all.reduce((sum, point) => sum + pick(point), 0) / all.length;
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
};

const spreadOf = (pointers: Pointers): number => {
  const [a, b] = [...pointers.values()];
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
};

/** What a wheel says, in zoom levels: mice say lines or 100 pixels at once, touchpads a few. */
const zoomOfWheel = ({ deltaY, deltaMode, ctrlKey }: WheelEvent): number => {
  const pixels = deltaY * (deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1);
  return Math.max(-1, Math.min(1, (-pixels / 300) * (ctrlKey ? 4 : 1)));
};

/** Whether an event is meant for something that lies on the map, such as a button. */
const isOnControl = ({ target }: Event, root: HTMLElement): boolean =>
  target instanceof Element && target !== root && target.closest("button, a, input") !== null;

/** `onClick`: a place was pressed, and not something on it. Returns how to stop. */
export const attachGestures = (
  root: HTMLElement,
  map: MapCanvas,
  onClick: (at: MapPoint) => void,
): (() => void) => {
  const pointers: Pointers = new Map();
  let start: MapPoint = { x: 0, y: 0 };
  let hasMoved = false;
  const at = (event: MouseEvent): MapPoint => {
    const box = root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const zoomTo = (zoom: number, point: MapPoint, from: Camera = map.camera) =>
    zoomedAt(from, map.size, point, zoom);

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, at(event));
    if (pointers.size > 1) return;
    start = at(event);
    hasMoved = false;
    map.moveTo(map.camera);
  };
  const onMove = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    if (!hasMoved && Math.hypot(now.x - start.x, now.y - start.y) < CLICK_PIXELS) return;
    hasMoved = true;
    // From now on it is the map's, also outside of it; a click on a button stays one until then.
    if (!root.hasPointerCapture(event.pointerId)) root.setPointerCapture(event.pointerId);
    const [middle, spread] = [middleOf(pointers), spreadOf(pointers)];
    pointers.set(event.pointerId, now);
    const [nextMiddle, nextSpread] = [middleOf(pointers), spreadOf(pointers)];
    let camera = panned(map.camera, nextMiddle.x - middle.x, nextMiddle.y - middle.y);
    if (spread > 0 && nextSpread > 0) {
      camera = zoomTo(camera.zoom + Math.log2(nextSpread / spread), nextMiddle, camera);
    }
    map.moveTo(camera);
  };
  const onUp = (event: PointerEvent) => {
    const wasDown = pointers.delete(event.pointerId);
    if (!wasDown || event.type === "pointercancel" || hasMoved || isOnControl(event, root)) return;
    onClick(at(event));
  };
  /** A drag that began on a button does not press it. */
  const onClickCapture = (event: MouseEvent) => {
    if (!hasMoved || event.detail === 0) return;
    event.stopPropagation();
    event.preventDefault();
    hasMoved = false;
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    map.moveTo(zoomTo(map.camera.zoom + zoomOfWheel(event), at(event)));
  };
  const onDouble = (event: MouseEvent) => {
    if (isOnControl(event, root)) return;
    map.flyTo(zoomTo(map.target.zoom + (event.shiftKey ? -1 : 1), at(event), map.target));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== root) return;
    const { target, size } = map;
    const middle = { x: size.width / 2, y: size.height / 2 };
    const moves: Partial<Record<string, Camera>> = {
      ArrowLeft: panned(target, KEY_PIXELS, 0),
      ArrowRight: panned(target, -KEY_PIXELS, 0),
      ArrowUp: panned(target, 0, KEY_PIXELS),
      ArrowDown: panned(target, 0, -KEY_PIXELS),
      "+": zoomTo(target.zoom + 1, middle, target),
      "=": zoomTo(target.zoom + 1, middle, target),
      "-": zoomTo(target.zoom - 1, middle, target),
    };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    map.flyTo(to);
  };

  const stop = new AbortController();
  const { signal } = stop;
  root.addEventListener("pointerdown", onDown, { signal });
  root.addEventListener("pointermove", onMove, { signal });
  root.addEventListener("pointerup", onUp, { signal });
  root.addEventListener("pointercancel", onUp, { signal });
  root.addEventListener("click", onClickCapture, { signal, capture: true });
  root.addEventListener("wheel", onWheel, { signal, passive: false });
  root.addEventListener("dblclick", onDouble, { signal });
  root.addEventListener("keydown", onKey, { signal });
  return () => stop.abort();
};
