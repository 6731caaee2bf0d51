/** A link within a sentence, to another page of this site. */
import type { ReactNode } from "react";
import { Link } from "wouter";

type TextLinkProps = { href: string; children: ReactNode };

export const TextLink = ({ href, children }: TextLinkProps) => (
  <Link href={href} className="font-medium text-accent underline underline-offset-4">
    {children}
  </Link>
);
