import { MediaPicker } from "@/features/content/media/MediaPicker";
import { ThemePage } from "@/features/publishing/ThemePage";

/** Features do not know each other: here the theme and the media library meet. */
export function ThemeScreen() {
  return (
    <ThemePage
      picker={(onPick, onClose) => (
        <MediaPicker
          opened
          only="image"
          onClose={onClose}
          onPick={(media) => onPick(media.url ? new URL(media.url, window.location.href).pathname : "")}
        />
      )}
    />
  );
}
