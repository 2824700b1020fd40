import { Modal } from "@mantine/core";
import { useState } from "react";

import type { Media, MediaQuery } from "@/api/types";
import { t as ui } from "@/ui/strings";

import type { MediaKind } from "./media";
import { MediaLibrary } from "./MediaLibrary";
import { t } from "./strings";

interface MediaPickerProps {
  opened: boolean;
  only?: MediaKind;
  onPick: (media: Media) => void;
  onClose: () => void;
}

const WORDS = { image: "pickImage", video: "pickVideo", audio: "pickAudio", captions: "pickCaptions", document: "pick" } as const;

/** The library in a dialog: whatever is pressed there is taken. */
export function MediaPicker({ opened, only, onPick, onClose }: MediaPickerProps) {
  const [filter, setFilter] = useState<MediaQuery>({});
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={980}
      title={t(only ? WORDS[only] : "pick")}
      closeButtonProps={{ "aria-label": ui("close") }}
    >
      <MediaLibrary filter={filter} onFilter={setFilter} onPick={onPick} pickWord="choose" only={only} />
    </Modal>
  );
}
