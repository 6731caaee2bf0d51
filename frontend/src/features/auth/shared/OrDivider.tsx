/** The line between one way in and the others. */
export const OrDivider = () => (
  <div className="my-6 flex items-center gap-4 text-sm text-muted">
    <span className="h-px grow bg-line" />
    or
    <span className="h-px grow bg-line" />
  </div>
);
