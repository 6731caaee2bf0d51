/** What the link opens that the deployment printed: the operator makes the account that administers the site. */
import { useLocation } from "wouter";

import { useSession } from "@/api";

import { useLinkToken } from "../shared/use-link-token";
import { FirstAccount } from "./FirstAccount";

export const Setup = () => {
  const [, navigate] = useLocation();
  const { registration } = useSession().sign_in;
  const code = useLinkToken();
  const home = () => navigate("/", { replace: true });
  // On one machine no code is asked for while nobody has an account.
  if (registration === "first") return <FirstAccount next="/" onDone={home} />;
  return <FirstAccount next="/" code={code} onDone={home} />;
};
