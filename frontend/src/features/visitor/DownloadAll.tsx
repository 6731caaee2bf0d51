/** Downloads all that a link shows as a zip, where its owner allows that. */
import type { Visit } from "@/api";
import { openDownload } from "@/components/downloads/open-download";
import { sharedPictures } from "@/components/downloads/zip-source";
import { Button, DownloadIcon } from "@/ui";

const DownloadAll = ({ visit }: { visit: Visit }) => (
  <Button
    icon={<DownloadIcon />}
    onClick={() => openDownload(sharedPictures(visit.headers, visit.share.count))}
  >
    Download all
  </Button>
);

export default DownloadAll;
