/** Last page of a tab that was opened to sign in at a provider, while another one waits. */
import { AuthLayout } from "../shared/AuthLayout";
import { TextLink } from "../shared/TextLink";

export const SignedInTab = () => (
  <AuthLayout
    title="You are signed in"
    lead="Close this tab: the upload goes on in the other one."
    footer={<TextLink href="/">Go to your pictures here</TextLink>}
  >
    {null}
  </AuthLayout>
);
