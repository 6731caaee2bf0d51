/** Attribution of map shapes and names; the licence of the names requires it. */
import { GeoNamesLinks, SourceLink } from "@/components/corrections/GeoNames";

export const MapSources = ({ className = "" }: { className?: string }) => (
  <p className={`text-xs text-muted ${className}`}>
    Map: <SourceLink href="https://www.naturalearthdata.com/">Natural Earth</SourceLink>. Names:{" "}
    <GeoNamesLinks />
  </p>
);
