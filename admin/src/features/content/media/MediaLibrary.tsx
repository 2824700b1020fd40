import { Button, FileButton, NativeSelect, SegmentedControl, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedCallback, useLocalStorage } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconFile,
  IconFileText,
  IconMovie,
  IconPhoto,
  IconSearch,
  IconUpload,
  IconVolume,
  type TablerIcon,
} from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Media, MediaQuery } from "@/api/types";
import { useList } from "@/api/useList";
import { formatDate, formatSize } from "@/ui/format";
import { MoreButton } from "@/ui/MoreButton";
import { EmptyState, ErrorState, Rows } from "@/ui/States";

import { DropZone } from "./DropZone";
import { lacksAlt, thumbnailOf, type MediaKind } from "./media";
import classes from "./Media.module.css";
import { t } from "./strings";
import { UploadTray } from "./UploadTray";
import { useUploads } from "./useUploads";

export const KINDS: readonly MediaKind[] = ["image", "video", "audio", "document", "captions"];

interface MediaLibraryProps {
  filter: MediaQuery;
  onFilter: (filter: MediaQuery) => void;
  /** What pressing a file does: open it, or take it. */
  onPick: (media: Media) => void;
  pickWord: "open" | "choose";
  /** Only files of this kind are offered. */
  only?: MediaKind;
  onStored?: (media: Media) => void;
}

/** The files of the house, as tiles or as a list, and the ways in for new ones. */
export function MediaLibrary({ filter, onFilter, onPick, pickWord, only, onStored }: MediaLibraryProps) {
  const media = useList(queries.media({ ...filter, ...(only ? { kind: only } : {}) }));
  const mayWrite = useMay("write");
  const [view, setView] = useLocalStorage<"grid" | "list">({ key: "octavo.media.view", defaultValue: "grid", getInitialValueInEffect: false });
  const { uploads, add, drop, again } = useUploads(onStored);
  const isFiltered = Boolean(filter.q || filter.unused || (filter.kind && !only));
  const uploadButton = mayWrite && (
    <FileButton multiple onChange={(files) => add(files)} inputProps={{ "aria-label": t("uploadFiles") }}>
      {(props) => (
        <Button {...props} leftSection={<IconUpload size={16} stroke={1.75} />}>
          {t("upload")}
        </Button>
      )}
    </FileButton>
  );

  return (
    <DropZone enabled={mayWrite} onFiles={add}>
      <Filters filter={filter} onFilter={onFilter} only={only}>
        <SegmentedControl
          aria-label={t("view")}
          value={view}
          transitionDuration={0}
          onChange={(value) => setView(value === "list" ? "list" : "grid")}
          data={[
            { value: "grid", label: t("grid") },
            { value: "list", label: t("list") },
          ]}
        />
        {uploadButton}
      </Filters>
      <UploadTray uploads={uploads} onDrop={drop} onAgain={again} />
      {media.isPending && <Rows count={6} height={64} />}
      {media.isError && <ErrorState error={media.error} onRetry={media.refetch} />}
      {media.isSuccess && media.items.length === 0 && (
        <EmptyState
          action={
            isFiltered && (
              <Button variant="outline" color="ink" onClick={() => onFilter({})}>
                {t("clearFilters")}
              </Button>
            )
          }
        >
          {isFiltered ? t("noMatch") : t("empty")}
        </EmptyState>
      )}
      {media.items.length > 0 && (
        <>
          <ul className={view === "grid" ? classes.grid : classes.rows} aria-label={t("files")}>
            {media.items.map((one) => (
              <li key={one.id}>
                <UnstyledButton
                  className={view === "grid" ? classes.tile : classes.row}
                  onClick={() => onPick(one)}
                >
                  {view === "grid" ? <Tile media={one} verb={t(pickWord)} /> : <Row media={one} verb={t(pickWord)} />}
                </UnstyledButton>
              </li>
            ))}
          </ul>
          <MoreButton list={media} />
          {mayWrite && <p className={classes.hint}>{t("hint")}</p>}
        </>
      )}
    </DropZone>
  );
}

function Filters({
  filter,
  onFilter,
  only,
  children,
}: {
  filter: MediaQuery;
  onFilter: (filter: MediaQuery) => void;
  only?: MediaKind;
  children: React.ReactNode;
}) {
  const [words, setWords] = useState(filter.q ?? "");
  const findSoon = useDebouncedCallback((q: string) => onFilter({ ...filter, q: q || undefined }), 250);
  useEffect(() => setWords(filter.q ?? ""), [filter.q]);
  return (
    <search className={classes.filters}>
      <TextInput
        className={classes.search}
        type="search"
        aria-label={t("searchLabel")}
        placeholder={t("searchHint")}
        leftSection={<IconSearch size={16} stroke={1.5} />}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          findSoon(event.currentTarget.value);
        }}
      />
      {!only && (
        <NativeSelect
          aria-label={t("kind")}
          value={filter.kind ?? ""}
          onChange={(event) => onFilter({ ...filter, kind: KINDS.find((kind) => kind === event.currentTarget.value) })}
          data={[{ value: "", label: t("anyKind") }, ...KINDS.map((kind) => ({ value: kind, label: t(kind) }))]}
        />
      )}
      <NativeSelect
        aria-label={t("use")}
        value={filter.unused ? "unused" : ""}
        onChange={(event) => onFilter({ ...filter, unused: event.currentTarget.value ? true : undefined })}
        data={[
          { value: "", label: t("anyUse") },
          { value: "unused", label: t("unused") },
        ]}
      />
      {children}
    </search>
  );
}

const ICONS: Record<MediaKind, TablerIcon> = {
  image: IconPhoto,
  video: IconMovie,
  audio: IconVolume,
  document: IconFileText,
  captions: IconFile,
};

export function Frame({ media }: { media: Media }) {
  const Icon = ICONS[media.kind];
  const { focal_x: x, focal_y: y } = media;
  return (
    <span className={classes.frame}>
      {media.kind === "image" ? (
        <img
          src={thumbnailOf(media)}
          alt=""
          loading="lazy"
          decoding="async"
          style={x !== null && y !== null ? { objectPosition: `${x * 100}% ${y * 100}%` } : undefined}
        />
      ) : (
        <Icon size={28} stroke={1.25} aria-hidden />
      )}
    </span>
  );
}

/** What pressing it does is said to those who hear it: sighted people see it is a button. */
function Name({ media, verb }: { media: Media; verb: string }) {
  return (
    <span className={classes.name}>
      <span className="visually-hidden">{verb} </span>
      {media.name}
    </span>
  );
}

function Tile({ media, verb }: { media: Media; verb: string }) {
  return (
    <>
      <Frame media={media} />
      <span className={classes.label}>
        <Name media={media} verb={verb} />
        <span className={classes.note}>
          {formatSize(media.size_bytes)} · {usedWords(media)}
        </span>
        <Lack media={media} />
      </span>
    </>
  );
}

function Row({ media, verb }: { media: Media; verb: string }) {
  return (
    <>
      <Frame media={media} />
      <span>
        <Name media={media} verb={verb} />
        <span className={classes.note}>{media.alt || media.caption}</span>
        <Lack media={media} />
      </span>
      <span className={classes.facts}>
        {usedWords(media)}
        <br />
        {formatSize(media.size_bytes)} · {formatDate(media.created_at)}
      </span>
    </>
  );
}

function Lack({ media }: { media: Media }) {
  if (!lacksAlt(media)) return null;
  return (
    <span className={classes.lack}>
      <IconAlertTriangle size={13} stroke={1.75} aria-hidden /> {t("noAlt")}
    </span>
  );
}

export function usedWords(media: Media): string {
  return media.pieces ? t("pieces", { count: media.pieces }) : t("notUsed");
}
