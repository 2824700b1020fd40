import { Button } from "@mantine/core";
import { useId, type PointerEvent } from "react";

import type { Media } from "@/api/types";

import classes from "./Media.module.css";
import { originalOf, pointAt, thumbnailOf, type Point } from "./media";
import { t } from "./strings";

const CROPS = [
  { width: 64, name: "1:1" },
  { width: 114, name: "16:9" },
  { width: 48, name: "3:4" },
];

interface FocalPickerProps {
  media: Media;
  value: Point | null;
  readOnly: boolean;
  onChange: (point: Point | null) => void;
}

/** The point that must stay in sight: pressed on the picture, or moved by two sliders. */
export function FocalPicker({ media, value, readOnly, onChange }: FocalPickerProps) {
  const id = useId();
  const point = value ?? { x: 0.5, y: 0.5 };
  const press = (event: PointerEvent<HTMLElement>) => {
    if (readOnly || (event.type === "pointermove" && event.buttons !== 1)) return;
    onChange(pointAt({ x: event.clientX, y: event.clientY }, event.currentTarget.getBoundingClientRect()));
  };
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className="mantine-InputWrapper-label" style={{ fontWeight: 500 }}>
        {t("focal")}
      </legend>
      <p className={classes.note} style={{ margin: "0 0 8px" }}>
        {t("focalHint")}
      </p>
      <div className={classes.preview}>
        <span className={classes.focal} onPointerDown={press} onPointerMove={press}>
          <img src={originalOf(media)} alt={media.alt} draggable={false} />
          <span className={classes.point} style={{ left: `${point.x * 100}%`, top: `${point.y * 100}%` }} />
        </span>
      </div>
      <div className={classes.ranges}>
        {(["x", "y"] as const).map((axis) => (
          <div key={axis}>
            <label htmlFor={`${id}-${axis}`}>{t(axis === "x" ? "focalX" : "focalY")}</label>
            <input
              id={`${id}-${axis}`}
              type="range"
              min={0}
              max={100}
              step={1}
              disabled={readOnly}
              value={Math.round(point[axis] * 100)}
              onChange={(event) => onChange({ ...point, [axis]: Number(event.currentTarget.value) / 100 })}
            />
          </div>
        ))}
      </div>
      <div className={classes.crops} role="group" aria-label={t("crops")}>
        {CROPS.map(({ width, name }) => (
          <img
            key={name}
            src={thumbnailOf(media)}
            alt={name}
            width={width}
            height={64}
            style={{ objectPosition: `${point.x * 100}% ${point.y * 100}%` }}
          />
        ))}
      </div>
      {value && !readOnly && (
        <Button variant="subtle" size="compact-sm" mt={8} onClick={() => onChange(null)}>
          {t("focalReset")}
        </Button>
      )}
    </fieldset>
  );
}
