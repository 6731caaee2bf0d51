/** Attribution of place names, which their licence requires. */

type SourceLinkProps = { href: string; children: string };

export const SourceLink = ({ href, children }: SourceLinkProps) => (
  <a href={href} target="_blank" rel="noreferrer" className="underline underline-offset-2">
    {children}
  </a>
);

/** The source and its licence, within a sentence. */
export const GeoNamesLinks = () => (
  <>
    <SourceLink href="https://www.geonames.org/">GeoNames</SourceLink>,{" "}
    <SourceLink href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</SourceLink>
  </>
);

export const GeoNames = () => (
  <p className="text-sm text-muted">
    Names from <GeoNamesLinks />
  </p>
);
