/** Keys of a keyboard, as they are printed on it. */
type KeyCapsProps = { keys: readonly string[]; className: string };

export const KeyCaps = ({ keys, className }: KeyCapsProps) =>
  keys.map((key) => (
    <kbd
      key={key}
      className={`rounded-md border border-line bg-sunken px-1.5 font-sans font-medium ${className}`}
    >
      {key}
    </kbd>
  ));
