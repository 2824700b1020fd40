import { SegmentedControl } from "@mantine/core";
import {
  IconBold,
  IconCode,
  IconH2,
  IconItalic,
  IconLink,
  IconList,
  IconMessagePlus,
  IconPhoto,
  IconQuote,
  type TablerIcon,
} from "@tabler/icons-react";

import { IconButton } from "@/ui/IconButton";

import type { Format } from "./BodyEditor";
import classes from "./EditorPage.module.css";
import { countWords } from "./pieceText";
import { t as reviewWords } from "./review/strings";
import { t } from "./strings";

export type Mode = "write" | "split" | "preview";

const FORMATS: { what: Format; icon: TablerIcon; key?: string }[] = [
  { what: "bold", icon: IconBold, key: "Ctrl B" },
  { what: "italic", icon: IconItalic, key: "Ctrl I" },
  { what: "heading", icon: IconH2 },
  { what: "link", icon: IconLink, key: "Ctrl K" },
  { what: "quote", icon: IconQuote },
  { what: "list", icon: IconList },
  { what: "code", icon: IconCode, key: "Ctrl E" },
];

/** Below the text: what forms it, how long it is, and how it is looked at. */
export function EditorFoot({
  text,
  mode,
  canSplit,
  onMode,
  onFormat,
  onMedia,
  onComment,
}: {
  text: string;
  mode: Mode;
  canSplit: boolean;
  onMode: (mode: Mode) => void;
  onFormat?: (what: Format) => void;
  onMedia?: () => void;
  onComment?: () => void;
}) {
  const { words, minutes } = countWords(text);
  return (
    <div className={classes.foot}>
      {onFormat && (
        <div role="group" aria-label={t("toolbar")} className={classes.toolbar}>
          {FORMATS.map(({ what, icon, key }) => (
            <IconButton
              key={what}
              label={key ? `${t(what)} (${key})` : t(what)}
              icon={icon}
              size={28}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onFormat(what)}
            />
          ))}
          {onMedia && <IconButton label={t("insertMedia")} icon={IconPhoto} size={28} onClick={onMedia} />}
        </div>
      )}
      {onComment && (
        <IconButton
          label={reviewWords("commentButton")}
          icon={IconMessagePlus}
          size={28}
          onMouseDown={(event) => event.preventDefault()}
          onClick={onComment}
        />
      )}
      <span className={classes.count}>
        {t("words", { count: words })} · {t("minutes", { count: minutes })}
      </span>
      <SegmentedControl
        size="xs"
        aria-label={t("modeLabel")}
        value={mode}
        onChange={(value) => onMode(value as Mode)}
        transitionDuration={0}
        data={[
          { value: "write", label: t("modeWrite") },
          ...(canSplit ? [{ value: "split", label: t("modeSplit") }] : []),
          { value: "preview", label: t("modePreview") },
        ]}
      />
    </div>
  );
}
