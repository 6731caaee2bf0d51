/** The path of a tag, in which its own name stands out. */
import { aboveOf, nameOf } from "./tag-paths";

export const TagPath = ({ path }: { path: string }) => (
  <span className="min-w-0 [overflow-wrap:anywhere]">
    <span className="text-muted">{aboveOf(path)}</span>
    {nameOf(path)}
  </span>
);
