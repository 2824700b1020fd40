import { Button, Group, Menu } from "@mantine/core";
import { IconChevronDown, IconPlus } from "@tabler/icons-react";

import { KINDS } from "./fields/kinds";
import { t as kinds } from "./fields/strings";
import { t } from "./strings";
import { useNewPiece } from "./useNewPiece";

/** One press makes a post; the menu beside it makes every other kind. */
export function NewPieceButton() {
  const { make, isPending } = useNewPiece();
  return (
    <Group gap={1} wrap="nowrap">
      <Button
        leftSection={<IconPlus size={16} />}
        onClick={() => make()}
        loading={isPending}
        style={{ borderStartEndRadius: 0, borderEndEndRadius: 0 }}
      >
        {t("newPiece")}
      </Button>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Button
            px={8}
            aria-label={kinds("newOfKind")}
            title={kinds("newOfKind")}
            disabled={isPending}
            style={{ borderStartStartRadius: 0, borderEndStartRadius: 0 }}
          >
            <IconChevronDown size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {KINDS.map((kind) => (
            <Menu.Item key={kind} onClick={() => make(kind)}>
              <span style={{ display: "block", fontWeight: 500 }}>{kinds(kind)}</span>
              <span className="quiet" style={{ fontSize: 12, lineHeight: "16px" }}>
                {kinds(`${kind}Hint`)}
              </span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
