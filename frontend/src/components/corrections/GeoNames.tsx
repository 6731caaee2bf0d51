/** Attribution of place names, which their licence requires. */

const LINK = "underline underline-offset-2";

export const GeoNames = () => (
  <p className="text-sm text-muted">
    Names from{" "}
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
