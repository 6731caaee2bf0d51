/** State of the map in the URL: `?at=38.72230,-9.13930,11.5`, and `&in=` for the pictures of one place. */
import type { MapBox } from "@/api";
import { MAX_ZOOM, type Camera } from "@/components/map/camera";
import { latLonOf, mapPointOf } from "@/components/map/mercator";

const numbersOf = (text: string | null, count: number): number[] | null => {
  const all = (text ?? "").split(",").map((each) => (each.trim() === "" ? NaN : Number(each)));
  return all.length === count && all.every(Number.isFinite) ? all : null;
};

const isWithin = (value: number, most: number): boolean => Math.abs(value) <= most;

/** Null: the address says nothing that is on the map. */
export const parseCamera = (text: string | null): Camera | null => {
  const [latitude, longitude, zoom] = numbersOf(text, 3) ?? [];
  if (latitude === undefined || longitude === undefined || zoom === undefined) return null;
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180) || zoom < 0 || zoom > MAX_ZOOM) {
    return null;
  }
  return { ...mapPointOf({ latitude, longitude }), zoom };
};

export const cameraInAddress = (camera: Camera): string => {
  const { latitude, longitude } = latLonOf(camera);
  return `${latitude.toFixed(5)},${longitude.toFixed(5)},${camera.zoom.toFixed(2)}`;
};

export const parseBox = (text: string | null): MapBox | null => {
  const [west, south, east, north] = numbersOf(text, 4) ?? [];
  if (west === undefined || south === undefined || east === undefined || north === undefined) {
    return null;
  }
  const isOne = [west, east].every((each) => isWithin(each, 180)) && south <= north;
  return isOne && isWithin(south, 90) && isWithin(north, 90) ? { west, south, east, north } : null;
};

export const boxInAddress = ({ west, south, east, north }: MapBox): string =>
  [west, south, east, north].map((each) => each.toFixed(6)).join(",");
