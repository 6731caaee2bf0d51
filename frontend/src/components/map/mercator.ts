/** The map is a square in Web Mercator: places as columns and rows from 0 to 1, west to east and north to south. */

/** What the API calls a box: where `west` is greater than `east`, it lies across 180°. */
export type Box = { west: number; south: number; east: number; north: number };
export type LatLon = { latitude: number; longitude: number };
export type MapPoint = { x: number; y: number };

/** The map has nothing behind it. */
const MAX_LATITUDE = 85.05;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export const mapPointOf = ({ latitude, longitude }: LatLon): MapPoint => {
  const sine = Math.sin(radians(Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude))));
  return {
    x: (longitude + 180) / 360,
    y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI),
  };
};

/** Around the world as often as it takes. */
export const wrap = (x: number): number => x - Math.floor(x);

export const latLonOf = ({ x, y }: MapPoint): LatLon => ({
  latitude: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI,
  longitude: wrap(x) * 360 - 180,
});
