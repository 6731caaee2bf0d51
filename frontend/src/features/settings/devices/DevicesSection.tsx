/** Devices that are signed in, each with a button that signs it out. */
import { useState } from "react";

import { useDevices, useEndOtherSessions, useEndSession, type Device } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { PhoneIcon } from "@/components/settings/icons";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { Button, MonitorIcon, useToast } from "@/ui";

const isPhone = (device: string): boolean => /android|iphone|ipad|ios|phone/i.test(device);

const DeviceRow = ({ device, onEnd }: { device: Device; onEnd: () => void }) => (
  <Row
    icon={isPhone(device.device) ? <PhoneIcon /> : <MonitorIcon />}
    title={device.device}
    badges={device.current && <Badge tone="good">This device</Badge>}
    actions={
      !device.current && (
        <Button look="quiet" onClick={onEnd} aria-label={`Sign out ${device.device}`}>
          Sign out
        </Button>
      )
    }
  >
    <p>
      {device.place} · {device.ip}
    </p>
    <p>
      {device.current ? (
        "In use now"
      ) : (
        <>
          Last used <DateTime at={device.last_used_at} />
        </>
      )}
      {" · signed in "}
      <DateTime at={device.created_at} />
    </p>
  </Row>
);

const EndOthers = ({ count, onClose }: { count: number; onClose: () => void }) => {
  const end = useEndOtherSessions();
  const toast = useToast();
  return (
    <ConfirmButton
      title="Sign out all other devices?"
      action="Sign them out"
      doing={end}
      onClose={onClose}
      onConfirm={() =>
        end.mutate(undefined, {
          onSuccess: ({ ended }) => {
            onClose();
            toast.show({
              message: ended === 1 ? "1 device was signed out" : `${ended} devices were signed out`,
            });
          },
        })
      }
    >
      <p>
        {count === 1 ? "The other device is" : `The ${count} other devices are`} signed out at once
        and must sign in again. This device stays signed in, and access tokens keep working.
      </p>
    </ConfirmButton>
  );
};

export const DevicesSection = () => {
  const devices = useDevices();
  const end = useEndSession();
  const complain = useShowError();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const others = devices.data?.filter(({ current }) => !current).length ?? 0;

  const signOut = ({ id, device }: Device) =>
    end.mutate(id, {
      onSuccess: () => toast.show({ message: `Signed out: ${device}` }),
      onError: complain,
    });

  return (
    <>
      <Section
        title="Signed in"
        aside={others > 0 && <Button onClick={() => setAsking(true)}>Sign out all others</Button>}
      >
        <QueryBoundary query={devices} what="your devices" rows={2}>
          {(all) => (
            <Rows label="Devices" empty="No device is signed in.">
              {all.map((device) => (
                <DeviceRow key={device.id} device={device} onEnd={() => signOut(device)} />
              ))}
            </Rows>
          )}
        </QueryBoundary>
      </Section>
      {isAsking && <EndOthers count={others} onClose={() => setAsking(false)} />}
    </>
  );
};
