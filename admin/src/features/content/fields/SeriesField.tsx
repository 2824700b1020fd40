import { NumberInput, Select } from "@mantine/core";

import { queries } from "@/api/queries";
import { useList } from "@/api/useList";
import type { PieceText } from "@/features/content/pieceText";

import classes from "./Fields.module.css";
import { t } from "./strings";

interface SeriesFieldProps {
  text: PieceText;
  readOnly: boolean;
  errors: Record<string, string>;
  onChange: (changes: Partial<PieceText>) => void;
}

/** The series a piece belongs to, and its place there. Nothing to see while there are no series. */
export function SeriesField({ text, readOnly, errors, onChange }: SeriesFieldProps) {
  const series = useList(queries.series(), { all: true });
  if (series.items.length === 0 && text.series_id === null) return null;
  return (
    <div className={classes.row} style={{ gridTemplateColumns: text.series_id ? "minmax(0, 1fr) 96px" : "1fr" }}>
      <Select
        label={t("series")}
        placeholder={t("noSeries")}
        searchable
        clearable
        data={series.items.map(({ id, title }) => ({ value: String(id), label: title }))}
        value={text.series_id === null ? null : String(text.series_id)}
        disabled={readOnly}
        error={errors.series_id}
        onChange={(id) => onChange(id ? { series_id: Number(id) } : { series_id: null, series_position: null })}
      />
      {text.series_id !== null && (
        <NumberInput
          label={t("positionShort")}
          aria-label={t("position")}
          min={1}
          allowDecimal={false}
          hideControls
          value={text.series_position ?? ""}
          disabled={readOnly}
          error={errors.series_position}
          onChange={(value) => onChange({ series_position: typeof value === "number" ? value : null })}
        />
      )}
    </div>
  );
}
