/** Whether a sign-in method may be added: where the site sends e-mail, the address is confirmed first. */
import { useSession } from "@/api";

export const useMayAdd = (): boolean => {
  const { user, sign_in: offer } = useSession();
  return !offer.mail || user?.email_verified === true;
};
