/** The picture that an alt text is about, as large as there is room. */
import { Link } from "wouter";

import { toProblem, useImage, type AltText } from "@/api";

export const Picture = ({ row }: { row: AltText }) => {
  const { data, error, refetch } = useImage(row.image_id);
  return (
    <figure>
      <div className="relative h-[min(38vh,30rem)] lg:h-[min(50vh,30rem)] overflow-hidden rounded-2xl bg-sunken">
        {data?.preview_url && (
          <img
            key={data.id}
            src={data.preview_url}
            // What is to be judged stands beside it, and is read there.
            alt={row.name}
            decoding="async"
            className="absolute inset-0 size-full object-contain"
            // Its address may be too old.
            onError={() => void refetch()}
          />
        )}
        {error && (
          <p role="alert" className="absolute inset-x-4 top-4 text-danger">
            {toProblem(error).detail}
          </p>
        )}
      </div>
      <figcaption className="mt-2 flex min-w-0 items-baseline gap-3 text-sm text-muted">
        <span className="min-w-0 grow truncate" title={row.name}>
          {row.name}
        </span>
        <Link
          href={`/images/${row.image_id}`}
          className="shrink-0 font-medium text-accent underline underline-offset-2"
        >
          Open
        </Link>
      </figcaption>
    </figure>
  );
};
