import { Button, Stack, Textarea, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { IconButton } from "@/ui/IconButton";

import { MediaPicker } from "@/features/content/media/MediaPicker";
import { FileLine } from "./FileField";
import classes from "./Fields.module.css";
import type { KindProps } from "./KindFields";
import { moved, type PictureItem } from "./kinds";
import { t } from "./strings";

/** Pictures in their order, which buttons change: they work by pointer and by keyboard alike. */
export function PictureFields({ fields, readOnly, errors, onChange }: KindProps<"picture">) {
  const [picking, setPicking] = useState(false);
  const [said, say] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const refocus = useRef<string | null>(null);
  const { pictures } = fields;
  const set = (index: number, change: Partial<PictureItem>) =>
    onChange({ pictures: pictures.map((one, at) => (at === index ? { ...one, ...change } : one)) });

  function move(from: number, to: number, button: "up" | "down") {
    onChange({ pictures: moved(pictures, from, to) });
    say(t("movedTo", { number: to + 1, count: pictures.length }));
    refocus.current = `${button}-${to}`;
  }

  useEffect(() => {
    if (!refocus.current) return;
    const [button, index] = refocus.current.split("-");
    const wanted = list.current?.querySelector<HTMLButtonElement>(`[data-move="${refocus.current}"]`);
    const other = `${button === "up" ? "down" : "up"}-${index}`;
    refocus.current = null;
    if (wanted && !wanted.disabled) wanted.focus();
    else list.current?.querySelector<HTMLButtonElement>(`[data-move="${other}"]`)?.focus();
  }, [pictures]);

  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{t("pictures")}</legend>
      {pictures.length === 0 && <p className={classes.hint}>{t("noPictures")}</p>}
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <ul className={classes.items} ref={list}>
        {pictures.map((picture, index) => (
          <li key={index} className={classes.item}>
            <Stack gap="xs">
              <FileLine mediaId={picture.media_id} kind="image">
                {!readOnly && (
                  <div className={classes.itemHead} style={{ marginBlockEnd: 0 }}>
                    <span />
                    <IconButton
                      size={28}
                      data-move={`up-${index}`}
                      label={t("moveUp", { number: index + 1 })}
                      icon={IconArrowUp}
                      disabled={index === 0}
                      onClick={() => move(index, index - 1, "up")}
                    />
                    <IconButton
                      size={28}
                      data-move={`down-${index}`}
                      label={t("moveDown", { number: index + 1 })}
                      icon={IconArrowDown}
                      disabled={index === pictures.length - 1}
                      onClick={() => move(index, index + 1, "down")}
                    />
                    <IconButton
                      size={28}
                      label={t("removePicture", { number: index + 1 })}
                      icon={IconX}
                      onClick={() => onChange({ pictures: pictures.filter((_, at) => at !== index) })}
                    />
                  </div>
                )}
              </FileLine>
              <TextInput
                label={t("pictureAlt", { number: index + 1 })}
                value={picture.alt}
                readOnly={readOnly}
                error={errors[`fields.pictures[${index}].alt`]}
                onChange={(event) => set(index, { alt: event.currentTarget.value })}
              />
              <Textarea
                label={t("pictureCaption", { number: index + 1 })}
                autosize
                minRows={1}
                value={picture.caption}
                readOnly={readOnly}
                error={errors[`fields.pictures[${index}].caption`]}
                onChange={(event) => set(index, { caption: event.currentTarget.value })}
              />
            </Stack>
          </li>
        ))}
      </ul>
      {!readOnly && (
        <Button
          size="compact-sm"
          variant="outline"
          color="ink"
          leftSection={<IconPlus size={14} />}
          onClick={() => setPicking(true)}
        >
          {t("addPicture")}
        </Button>
      )}
      <MediaPicker
        opened={picking}
        only="image"
        onClose={() => setPicking(false)}
        onPick={(media) => {
          setPicking(false);
          onChange({ pictures: [...pictures, { media_id: media.id, alt: media.alt, caption: media.caption }] });
        }}
      />
    </fieldset>
  );
}
