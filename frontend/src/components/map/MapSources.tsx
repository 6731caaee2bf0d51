/** Attribution of map shapes and names; the licence of the names requires it. */

const LINK = "underline underline-offset-2";

export const MapSources = ({ className = "" }: { className?: string }) => (
  <p className={`text-xs text-muted ${className}`}>
    Map:{" "}
    <a href="https://www.naturalearthdata.com/" target="_blank" rel="noreferrer" className={LINK}>
      Natural Earth
    </a>
    . Names:{" "}
    <a href="https://www.geonames.org/" target="_blank" rel="noreferrer" className={LINK}>
      GeoNames
    </a>
    ,{" "}
    <a
      href="https://creativecommons.org/licenses/by/4.0/"
      target="_blank"
      rel="noreferrer"
      className={LINK}
    >
      CC BY 4.0
    </a>
  </p>
);
