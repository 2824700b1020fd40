import { Kbd, Modal } from "@mantine/core";

import { t } from "@/app/strings";

const KEYS: [string[], Parameters<typeof t>[0]][] = [
  [["n"], "keyNew"],
  [["j", "k"], "keyMove"],
  [["Enter"], "keyOpen"],
  [["Ctrl", "S"], "keySave"],
  [["Ctrl", "/"], "keyPreview"],
  [["Ctrl", "."], "keyRail"],
  [["?"], "keyHelp"],
];

export function KeysDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t("keysTitle")} size="sm">
      <dl style={{ display: "grid", gridTemplateColumns: "auto 1fr", gap: "8px 24px", margin: 0 }}>
        {KEYS.map(([keys, word]) => (
          <div key={word} style={{ display: "contents" }}>
            <dt style={{ display: "flex", gap: 4 }}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd style={{ margin: 0 }}>{t(word)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
