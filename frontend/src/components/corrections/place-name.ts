/** Name of a place with its region and country. */

type Names = { town: string | null; region: string | null; country: string };

/** "Paris, Île-de-France, France"; what is called alike is said once. */
export const placeName = ({ town, region, country }: Names): string =>
  [...new Set([town, region, country])].filter((each) => each !== null).join(", ");
