/** A complaint about the whole form. */
export const FormAlert = ({ children }: { children: string | undefined }) =>
  children === undefined ? null : (
    <p role="alert" tabIndex={-1} className="rounded-xl bg-danger-soft px-4 py-3 text-danger">
      {children}
    </p>
  );
